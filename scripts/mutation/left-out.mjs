/**
 * Tests that no mutant is judged by, because they take long: of whole runs, of many draws, of large texts and long
 * queues, and of wrong subjects that they bring along. What they test, quicker ones test too.
 */
export const LEFT_OUT = [
  /^test\/checks\/objectives\.test/,
  /^test\/kernel\/planted-queue\.test/,
  /^test\/kernel\/(packed|shuffled|ladder).* 3000 pending/,
  /^test\/kernel\/kernel\.test.*(M\/M\/1 waits|give their memory back)/,
  /^test\/kernel\/key-sampler\.test.*each rank as often/,
  /^test\/kernel\/streams\.test.*(mean 1|mean 0|mean 1\/2)/,
  /^test\/kernel\/parts\.test.*(more than 2\^24|2\^21 records)/,
  /^test\/scenario\/bad-input\.test.*answers 30,000/,
];
