/** Floors, and rooms of them, whose mutants are judged, each by the tests in the folder of its name. */
export const FLOORS = ["kernel", "checks", "checks/history", "scenario"];

/** Tests outside the folder of a floor's name that it is judged by too. */
export const MORE_TESTS = {
  "checks/history": ["test/checks/objectives/consistency.test.ts"],
};

/** Rooms of a floor that are judged apart from it. */
export const roomsOf = (floor) => FLOORS.filter((room) => room.startsWith(`${floor}/`));

/** A floor in the name of a file. */
export const fileName = (floor) => floor.replaceAll("/", "-");

/** So many of a floor's mutants must be killed. */
export const KILLED_AT_LEAST = 0.8;

/** Random histories of each kind that the checks of histories are held to: a tenth of what CI takes. */
export const HISTORIES = 150;
