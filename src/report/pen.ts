/** What drawing needs of a d3 selection. */
export interface Pen {
  append(element: string): Pen;
  attr(name: string, value: string | number): Pen;
  text(value: string): Pen;
}
