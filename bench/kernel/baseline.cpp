// The baseline: std::priority_queue of plain structs ordered by (due, sequence), reserved.
// Usage: baseline <workload> <pending> <count>; prints {"rate": ..., "check": ...}.
// Random numbers: xoshiro128** seeded by SplitMix64, u = (x + 0.5) * 2^-32, Exp(1) = -log(u).
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <deque>
#include <queue>
#include <string>
#include <vector>

namespace {

struct Xoshiro {
  uint32_t s[4];
  explicit Xoshiro(uint64_t seed) {
    for (int i = 0; i < 4; i += 2) {
      uint64_t z = (seed += 0x9e3779b97f4a7c15ULL);
      z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
      z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
      z ^= z >> 31;
      s[i] = static_cast<uint32_t>(z);
      s[i + 1] = static_cast<uint32_t>(z >> 32);
    }
  }
  static uint32_t rotl(uint32_t x, int k) { return (x << k) | (x >> (32 - k)); }
  uint32_t next() {
    const uint32_t result = rotl(s[1] * 5, 7) * 9;
    const uint32_t t = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 11);
    return result;
  }
  double uniform() { return (next() + 0.5) * 0x1p-32; }
  double exponential() { return -std::log(uniform()); }
};

struct Event {
  double due;
  uint64_t sequence;
  uint32_t target;
  uint32_t generation;
};
struct Later {
  bool operator()(const Event& a, const Event& b) const {
    return a.due > b.due || (a.due == b.due && a.sequence > b.sequence);
  }
};

class Queue : public std::priority_queue<Event, std::vector<Event>, Later> {
 public:
  explicit Queue(size_t pending) { c.reserve(pending + 1); }
  void schedule(double due, uint32_t target, uint32_t generation = 0) {
    push(Event{due, sequence_++, target, generation});
  }
  Event take() {
    const Event event = top();
    pop();
    return event;
  }

 private:
  uint64_t sequence_ = 0;
};

double cpu_seconds() {
  timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

void print(double count, double seconds, double check) {
  std::printf("{\"rate\": %.0f, \"check\": %.6f}\n", count / seconds, check);
}

// Delays of the hold workloads; `i` counts scheduled events.
double delay_of(const std::string& shape, Xoshiro& random, uint64_t i, double now) {
  if (shape == "hold") return random.exponential();
  if (shape == "ties") return static_cast<double>(random.next() >> 30);
  if (shape == "zeros") return random.uniform() < 0.9 ? 0 : 10 * random.exponential();
  if (shape == "bimodal") {
    return random.uniform() < 0.9 ? 0.001 * random.uniform() : 1000 + random.uniform();
  }
  if (shape == "increasing") return 1 + static_cast<double>(i) * 1e-9 - now;
  std::fprintf(stderr, "unknown workload %s\n", shape.c_str());
  std::exit(2);
}

void hold(const std::string& shape, size_t pending, uint64_t count) {
  Xoshiro random(42);
  Queue queue(pending);
  uint64_t scheduled = 0;
  for (size_t i = 0; i < pending; i++) {
    queue.schedule(delay_of(shape, random, scheduled++, 0), static_cast<uint32_t>(i));
  }
  double now = 0;
  const double start = cpu_seconds();
  for (uint64_t i = 0; i < count; i++) {
    const Event event = queue.take();
    now = event.due;
    queue.schedule(now + delay_of(shape, random, scheduled++, now), event.target);
  }
  print(count, cpu_seconds() - start, now * pending / count);
}

void phold(uint64_t count) {
  constexpr uint32_t kProcesses = 1024;
  constexpr uint32_t kPending = 16 * kProcesses;
  Xoshiro random(42);
  Queue queue(kPending);
  std::vector<uint32_t> counts(kProcesses);
  for (uint32_t i = 0; i < kPending; i++) {
    queue.schedule(0.1 + random.exponential(), i % kProcesses);
  }
  double now = 0;
  const double start = cpu_seconds();
  for (uint64_t i = 0; i < count; i++) {
    const Event event = queue.take();
    now = event.due;
    counts[event.target]++;
    uint32_t to = event.target;
    const double delay = 0.1 + random.exponential();
    if (random.uniform() < 0.5) {
      to = static_cast<uint32_t>(random.uniform() * (kProcesses - 1));
      if (to >= event.target) to++;
    }
    queue.schedule(now + delay, to);
  }
  print(count, cpu_seconds() - start, now * kPending / 1.1 / count);
}

void mm1(uint64_t customers) {
  enum : uint32_t { kArrive, kLeave };
  Xoshiro random(42);
  Queue queue(4);
  std::deque<double> waiting;
  bool busy = false;
  double now = 0;
  double waited = 0;
  uint64_t served = 0;
  const auto begin = [&](double arrived) {
    busy = true;
    served++;
    waited += now - arrived;
    queue.schedule(now + random.exponential(), kLeave);
  };
  queue.schedule(0, kArrive);
  const double start = cpu_seconds();
  while (served < customers) {
    const Event event = queue.take();
    now = event.due;
    if (event.target == kArrive) {
      if (busy) waiting.push_back(now);
      else begin(now);
      queue.schedule(now + random.exponential() / 0.9, kArrive);
    } else if (waiting.empty()) {
      busy = false;
    } else {
      const double arrived = waiting.front();
      waiting.pop_front();
      begin(arrived);
    }
  }
  print(customers, cpu_seconds() - start, waited / served);
}

// Each chain has one event and one timeout after it, which the event cancels: a generation per chain.
void cancel_half(size_t pending, uint64_t count) {
  const size_t chains = pending / 2;
  Xoshiro random(42);
  Queue queue(2 * pending);
  std::vector<uint32_t> generations(chains, 1);
  uint64_t timeouts = 0;
  const auto arm = [&](double now, uint32_t chain) {
    const double due = now + random.exponential();
    queue.schedule(due, chain);
    queue.schedule(due + random.exponential(), chain, generations[chain]);
  };
  for (size_t i = 0; i < chains; i++) arm(0, static_cast<uint32_t>(i));
  double now = 0;
  const double start = cpu_seconds();
  for (uint64_t fired = 0; fired < count / 2;) {
    const Event event = queue.take();
    if (event.generation != 0) {
      if (event.generation == generations[event.target]) timeouts++;
      continue;
    }
    now = event.due;
    fired++;
    generations[event.target]++;
    arm(now, event.target);
  }
  const double seconds = cpu_seconds() - start;
  print(count, seconds, timeouts == 0 ? now * chains / (count / 2) : 0);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const std::string shape = argv[1];
  const size_t pending = std::strtoull(argv[2], nullptr, 10);
  const uint64_t count = std::strtoull(argv[3], nullptr, 10);
  if (shape == "phold") phold(count);
  else if (shape == "mm1") mm1(count);
  else if (shape == "cancel") cancel_half(pending, count);
  else hold(shape, pending, count);
}
