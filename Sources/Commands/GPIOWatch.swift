import Bytes
import Config
import Platform
import Service

/// `popbell gpio watch`: who takes lines and lets them go.
func watchLines(_ words: [[UInt8]], _ options: Options) -> Int32 {
  do throws(GPIOError) {
    let signals = try openSignals()
    let chips = try chipsToWatch(words, options)
    try watch(chips, until: signals)
    return ExitCode.ok
  } catch {
    if case .system(let error) = error, error.number == .brokenPipe { return ExitCode.ok }
    guard case .noSuchLine = error, words.count == 1 else {
      return fail(error, words.first.map { $0 + ": " } ?? [])
    }
    var text = [UInt8]("popbell: there is no output, chip or line '")
    let word = words[0]
    text.append(escaping: word.span)
    text.append("'")
    writeErrors([text])
    return error.exitCode
  }
}

/// A chip, and who holds its lines.
private final class WatchedChip {
  let chip: GPIOChip
  /// By line: who held it last.
  private var holders: [[UInt8]]

  init(path: [UInt8]) throws(GPIOError) {
    do { chip = try GPIOChip(path: path) } catch { throw .system(error) }
    holders = [[UInt8]](repeating: [], count: Int(chip.lineCount))
  }

  /// Watches a line, and says who holds it; where `onlyHeld`, not of one that nobody holds.
  func watch(_ offset: UInt32, onlyHeld: Bool) throws(GPIOError) {
    let line: GPIOLine
    do { line = try chip.watch(offset) } catch { throw .system(error) }
    holders[Int(offset)] = line.holder
    guard !onlyHeld || !line.holder.isEmpty else { return }
    try report(line, line.holder.isEmpty ? "free" : "held", line.holder)
  }

  func watchAll() throws(GPIOError) {
    for offset in 0..<chip.lineCount { try watch(offset, onlyHeld: true) }
  }

  /// Says what has happened since.
  func reportChanges() throws(GPIOError) {
    while let change = try next() {
      let line = change.line
      guard Int(line.offset) < holders.count else { continue }
      let last = holders[Int(line.offset)]
      holders[Int(line.offset)] = line.holder
      switch change.kind {
      case .requested: try report(line, "taken", line.holder)
      case .released: try report(line, "released", last)
      case .reconfigured: try report(line, "changed", line.holder)
      }
    }
  }

  private func next() throws(GPIOError) -> GPIOChange? {
    do { return try chip.nextChange() } catch {
      throw error.number == .noDevice ? .lost : .system(error)
    }
  }

  private func report(
    _ line: GPIOLine, _ event: StaticString, _ holder: [UInt8]
  ) throws(GPIOError) {
    let isTerminal = StandardStream.output.isTerminal
    let now = Clock.timestamp(of: Clock.secondsSince1970, local: isTerminal).escaped
    let (chip, name) = (self.chip.name.escaped, line.name.escaped)
    var text: [UInt8] = []
    if isTerminal {
      text.append(now.span.extracting(11..<19))
      text += "  " + chip + " " + line.number
      text += " " + name + "  "
      text.append(event)
      if !holder.isEmpty { text += " by " + holder }
      text += ", " + line.settings + [.lineFeed]
    } else {
      var table = Table()
      table.add(now, [UInt8](event), chip, line.number, name, line.settings, holder)
      text = table.tabbed
    }
    do { try StandardStream.output.write(text.span) } catch { throw .system(error) }
  }
}

/// Finds what the words name: an output of the configuration, a chip, lines of a chip, or a line.
private func chipsToWatch(
  _ words: [[UInt8]], _ options: Options
) throws(GPIOError) -> [WatchedChip] {
  let folder = [UInt8](deviceFolder)
  guard let first = words.first else { return try allChips() }
  if words.count == 1, case .success(let outputs) = loadOutputs(options.configFile),
    let output = outputs.first(where: { $0.name == first }), !output.line.isSimulated
  {
    return [try watched(try GPIOLocation(output.line))]
  }
  do throws(GPIOError) {
    let chip = try GPIOChip(first.span, in: folder.span)
    let watched = try WatchedChip(path: chip.path)
    if words.count == 1 { try watched.watchAll() }
    for word in words.dropFirst() {
      let line = try GPIOLocation(chip: first.span, line: word.span, in: folder.span)
      try watched.watch(line.offset, onlyHeld: false)
    }
    return [watched]
  } catch {
    guard case .noSuchChip = error, words.count == 1 else { throw error }
    return [try watched(try GPIOLocation(line: first.span, in: folder.span))]
  }
}

private func watched(_ location: borrowing GPIOLocation) throws(GPIOError) -> WatchedChip {
  let watched = try WatchedChip(path: location.chip.path)
  try watched.watch(location.offset, onlyHeld: false)
  return watched
}

private func allChips() throws(GPIOError) -> [WatchedChip] {
  var chips = try GPIOChips(in: [UInt8](deviceFolder).span)
  var all: [WatchedChip] = []
  while let chip = try chips.nextChip() {
    let watched = try WatchedChip(path: chip.path)
    try watched.watchAll()
    all.append(watched)
  }
  if all.isEmpty {
    if let denied = chips.denied { throw denied }
    throw .noChips
  }
  return all
}

/// Until a signal ends it, or the last chip is gone.
private func watch(_ chips: [WatchedChip], until signals: borrowing Signals) throws(GPIOError) {
  var chips = chips
  while true {
    var waiting = PollSet<65>()
    waiting.add(signals.descriptor)
    for watched in chips { waiting.add(watched.chip.descriptor) }
    do throws(SystemError) {
      try waiting.wait(for: nil)
      if try signals.areEnding() { return }
    } catch {
      throw .system(error)
    }
    var left: [WatchedChip] = []
    for watched in chips {
      do throws(GPIOError) {
        try watched.reportChanges()
        left.append(watched)
      } catch {
        guard case .lost = error, chips.count > 1 else { throw error }
        _ = fail(error, watched.chip.name.escaped + ": ")
      }
    }
    chips = left
  }
}
