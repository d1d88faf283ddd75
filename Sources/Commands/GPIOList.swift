import Bytes
import Platform
import Service

/// `popbell gpio list`: the chips, their lines, and who holds them.
func listLines(of name: [UInt8]?) -> Int32 {
  do throws(GPIOError) {
    let folder = [UInt8](deviceFolder)
    if let name {
      try list(try GPIOChip(name.span, in: folder.span))
      return ExitCode.ok
    }
    var chips = try GPIOChips(in: folder.span)
    while let chip = try chips.nextChip() { try list(chip) }
    if let denied = chips.denied { throw denied }
    guard chips.deviceCount > 0 else { throw .noChips }
    return ExitCode.ok
  } catch {
    return fail(error, name.map { $0 + ": " } ?? [])
  }
}

private func list(_ chip: borrowing GPIOChip) throws(GPIOError) {
  let isTerminal = StandardStream.output.isTerminal
  let name = chip.name.escaped
  let label = chip.label.escaped
  var table = Table()
  for offset in 0..<chip.lineCount {
    let line: GPIOLine
    do { line = try chip.line(at: offset) } catch { throw .system(error) }
    if isTerminal {
      table.add(line.number, line.name.escaped, line.settings, line.holder)
    } else {
      table.add(
        [UInt8]("line"), name, line.number, line.name.escaped, line.settings, line.holder)
    }
  }
  var head: [UInt8] = []
  if isTerminal {
    head.append("\u{1B}[1m")
    head += name + [.space, .space] + label
    head.append("\u{1B}[0m  ")
    head.append(counted: Int(chip.lineCount), "line", "lines")
    head.append(.lineFeed)
    writeOutput(head + table.aligned)
  } else {
    var count: [UInt8] = []
    count.append(decimal: UInt64(chip.lineCount))
    var top = Table()
    top.add([UInt8]("chip"), name, label, count)
    writeOutput(top.tabbed + table.tabbed)
  }
}
