import { expect, test } from "vitest";
import { textTable } from "../../src/cli/text-table.ts";

test("textTable() aligns words to the left, figures to the right, and leaves no blanks at the end", () => {
  const rows = [
    ["a", "1.5", "x"],
    ["long", "20", ""],
  ];
  expect(textTable(["name", "vcpu", "note"], rows)).toBe(
    ["name  vcpu  note", "a      1.5  x", "long    20", ""].join("\n"),
  );
});

test("textTable() of no rows is its header", () => {
  expect(textTable(["a", "b"], [])).toBe("a  b\n");
});
