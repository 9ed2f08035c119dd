/** The one generator of seedrandom we use; its main file wants `crypto`, which a browser run lacks. */
declare module "seedrandom/lib/alea.js" {
  export interface AleaState {
    readonly c: number;
    readonly s0: number;
    readonly s1: number;
    readonly s2: number;
  }
  export interface Alea {
    (): number;
    state(): AleaState;
  }
  function alea(seed: string, options: { readonly state: true }): Alea;
  export default alea;
}
