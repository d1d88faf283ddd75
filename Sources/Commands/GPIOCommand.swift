import Bytes
import Config
import Platform

/// `popbell gpio`: what this machine has, and an output by hand.
func runGPIO(_ options: Options) -> Int32 {
  let words = options.operands
  guard let word = words.first else {
    return refuse("gpio: what is to be done: list, set, off or watch?")
  }
  let rest = [[UInt8]](words.dropFirst())
  if word.span.equals("list") {
    return rest.count > 1
      ? refuse("gpio list: one chip, or none for all") : listLines(of: rest.first)
  }
  if word.span.equals("set") { return setOutput(rest, options) }
  if word.span.equals("off") {
    return rest.isEmpty ? endOutputs(options) : refuse("gpio off: it is for all outputs; use set")
  }
  if word.span.equals("watch") { return watchLines(rest, options) }
  return refuse("gpio: there is no '", word, "': it is list, set, off or watch")
}

/// Says why the command line was not understood.
func refuse(_ before: StaticString, _ word: [UInt8] = [], _ after: StaticString = "") -> Int32 {
  var message = [UInt8](before)
  message.append(escaping: word.span)
  message.append(after)
  return Options.Refusal(message: message).report()
}

/// Says why a command ends, and returns its exit code.
func fail(_ error: GPIOError, _ subject: [UInt8] = []) -> Int32 {
  writeErrors(["popbell: " + subject + error.words])
  return error.exitCode
}

func openSignals() throws(GPIOError) -> Signals {
  do { return try Signals() } catch { throw .system(error) }
}

extension Signals {
  /// True if one has come that ends a command.
  func areEnding() throws(SystemError) -> Bool {
    while let signal = try next() {
      switch signal {
      case .terminate, .interrupt, .hangUp: return true
      case .user1, .child: break
      }
    }
    return false
  }
}

/// Rows of text, between tabs for programs, and in columns for people.
struct Table {
  private var rows: [[[UInt8]]] = []

  mutating func add(_ fields: [UInt8]...) { rows.append(fields) }

  /// One row a line; an empty field is a `-`.
  var tabbed: [UInt8] {
    var text: [UInt8] = []
    for row in rows {
      for (index, field) in row.enumerated() {
        if index > 0 { text.append(.ascii("\t")) }
        text += field.isEmpty ? [.ascii("-")] : field
      }
      text.append(.lineFeed)
    }
    return text
  }

  /// Each column as wide as it has to be, the first to the right.
  var aligned: [UInt8] {
    let count = rows.first?.count ?? 0
    let widths = (0..<count).map { column in rows.reduce(0) { max($0, $1[column].count) } }
    var text: [UInt8] = []
    for row in rows {
      for (column, field) in row.enumerated() {
        let room = [UInt8](repeating: .space, count: widths[column] - field.count)
        text += [.space, .space] + (column == 0 ? room + field : field + room)
      }
      while text.last == .space { text.removeLast() }
      text.append(.lineFeed)
    }
    return text
  }
}
