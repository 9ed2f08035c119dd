/** A module that does not load. */
throw new Error("there is nothing to run");
