declare module 'subset-font' {
  interface Options {
    readonly targetFormat?: 'truetype' | 'sfnt' | 'woff' | 'woff2'
    /** Axes of a variable font that are pinned to one value. */
    readonly variationAxes?: Readonly<Record<string, number>>
  }
  function subsetFont(font: Buffer, text: string, options?: Options): Promise<Buffer>
  export = subsetFont
}
