/** Completion of words on a shell's command line. */
import { EXIT, type ExitCode } from "./exit-code.ts";
import { packagedScenarios } from "./find-scenario.ts";
import { LISTS } from "./lists.ts";
import { SCHEMAS } from "./schema-command.ts";
import type { Terminal } from "./terminal.ts";

export const SHELLS = ["bash", "zsh"] as const;
export type Shell = (typeof SHELLS)[number];

/** The first word of a call that asks for completions; the words of the command line follow, the unfinished one last. */
export const COMPLETE = "--get-completions";

/** Asks the tool for the words, and the shell for files where it knows none. */
const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `# cachequake completion for bash: put this line into ~/.bashrc
#   source <(cachequake completion bash)
_cachequake_completions() {
  local IFS=$'\\n'
  COMPREPLY=($(cachequake ${COMPLETE} "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -o bashdefault -F _cachequake_completions cachequake
`,
  zsh: `#compdef cachequake
# cachequake completion for zsh: put this line into ~/.zshrc, after compinit
#   source <(cachequake completion zsh)
_cachequake() {
  local -a words_found
  words_found=("\${(@f)$(cachequake ${COMPLETE} "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "$words_found" ]]; then compadd -- "\${words_found[@]}"; else _files; fi
}
compdef _cachequake cachequake
`,
};

/** Prints the script that a shell sources. */
export function completionCommand(shell: Shell, terminal: Terminal): ExitCode {
  terminal.out(SCRIPTS[shell]);
  return EXIT.pass;
}

/** What may stand in place of the unfinished last word: arguments of a command; options and commands are yargs' to know. */
export function argumentsOf(command: string): readonly string[] {
  switch (command) {
    case "run":
    case "validate":
    case "explore":
    case "fuzz":
    case "twin":
      return packagedScenarios();
    case "list":
      return LISTS;
    case "schema":
      return SCHEMAS;
    case "completion":
      return SHELLS;
    default:
      return [];
  }
}
