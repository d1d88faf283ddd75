import Alerts
import Bytes
import Config
import Mail
import Platform
import Rules
import Service

/// `popbell match`: which rule would take each message, and what it would do.
func runMatch(_ options: Options) -> Int32 {
  let loaded: LoadedSettings
  switch loadSettings(options.configFile, includingLines: false, for: .anywhere) {
  case .success(let settings):
    loaded = settings
    writeErrors(settings.notes.map { "note: " + $0 })
  case .failure(let refused):
    writeErrors(refused.lines)
    return ExitCode.configuration
  }
  let settings = loaded.settings
  var mailbox = 0
  if let name = options.mailbox {
    guard let index = settings.mailboxes.firstIndex(where: { $0.name == name }) else {
      writeErrors(["popbell: there is no mailbox '" + name + "'"])
      return ExitCode.usage
    }
    mailbox = index
  }
  let reader = MessageReader(loaded: loaded, mailbox: mailbox, charsets: CharsetFile())
  var code = ExitCode.ok
  for path in options.operands.isEmpty ? [[UInt8]("-")] : options.operands {
    let (result, text) = reader.explain(path)
    if result > 1 { writeErrors([path + ": " + text]) } else { writeOutput(text) }
    code = max(code, result)
  }
  return code
}

/// Reads messages, each in a process that can do nothing but that: strangers wrote them, and this one may be
/// root.
private struct MessageReader {
  let loaded: LoadedSettings
  let mailbox: Int
  let charsets: CharsetFile

  /// Bytes of a packet, which is read as a whole, and of all that is printed of a message.
  private static var partSize: Int { 4096 }
  private static var textLimit: Int { 256 << 10 }

  /// What would become of the message in a file, or in standard input (`-`), and 0 if a rule takes it, 1 if
  /// none does; or why it cannot be said, and another exit code.
  func explain(_ path: [UInt8]) -> (Int32, [UInt8]) {
    do throws(FileError) { return follow(try start(path)) } catch {
      return (ExitCode.noInput, describe(error, path))
    }
  }

  private func start(_ path: [UInt8]) throws(FileError) -> ForkedProcess {
    do throws(SystemError) {
      if path.span.equals("-") {
        return try ForkedProcess.readingInput { channel in answer(path, channel) }
      }
    } catch { throw .system(error) }
    let file = try openInput(path.span)
    do throws(SystemError) {
      return try ForkedProcess(reading: file) { channel in answer(path, channel) }
    } catch { throw .system(error) }
  }

  /// What the process says, which is text and no more of it than there can be, and how it ended.
  private func follow(_ fork: consuming ForkedProcess) -> (Int32, [UInt8]) {
    var text: [UInt8] = []
    var packet = ByteBuffer<4096>()
    while text.count <= Self.textLimit, fork.channel.receive(&packet) {
      text.append(packet.bytes)
    }
    if text.count > Self.textLimit { fork.process.kill() }
    switch try? fork.process.wait() {
    case .exited(let code) where !text.isEmpty: return (code, escapedLines(of: text))
    case .killed(let signal):
      text = [UInt8]("the process that read it was killed by signal ")
      text.append(decimal: Int(signal))
      return (ExitCode.systemError, text)
    case .exited, nil:
      return (ExitCode.systemError, [UInt8]("the process that was to read it did not begin"))
    }
  }

  /// Reads the message and sends what is to be said of it, in that process. Returns its exit code.
  private func answer(_ path: [UInt8], _ channel: borrowing Descriptor) -> Int32 {
    let (code, text) = read(path)
    var rest = text.span
    while !rest.isEmpty {
      let part = rest.extracting(first: Self.partSize)
      guard (try? channel.writeAll(part, within: nil)) != nil else { return ExitCode.systemError }
      rest = rest.extracting(part.count...)
    }
    return code
  }

  private func read(_ path: [UInt8]) -> (Int32, [UInt8]) {
    do throws(SystemError) {
      try Sandbox.silence()
      try dropPrivileges(loaded.user)
      try Sandbox.enter()
    } catch { return (ExitCode.systemError, error.text) }
    var header = MessageHeader(
      extraFields: loaded.settings.rules.names.headers, charsets: charsets.tables)
    do throws(FileError) {
      try readInput { chunk in
        header.receive(chunk)
        return !header.isComplete
      }
    } catch { return (ExitCode.noInput, describe(error, path)) }
    header.finish()
    var text: [UInt8] = []
    let isTaken = Commands.explain(header, path, loaded, mailbox, charsets, into: &text)
    return (isTaken ? ExitCode.ok : 1, text)
  }
}

/// `text` with each of its lines escaped as for a log: the process that wrote it had read what strangers wrote.
func escapedLines(of text: [UInt8]) -> [UInt8] {
  var escaped: [UInt8] = []
  var start = 0
  while start < text.count {
    let end = text.span.firstIndex(of: .lineFeed, from: start) ?? text.count
    escaped.append(escaping: text.span.extracting(start..<end), doublesBackslashes: false)
    if end < text.count { escaped.append(.lineFeed) }
    start = end + 1
  }
  return escaped
}

/// Root becomes another user; one who is root in a namespace of its own, where there is no other, need not:
/// the wall is there as well.
private func dropPrivileges(_ user: User?) throws(SystemError) {
  guard Sandbox.isRoot else { return try Sandbox.dropPrivileges(to: nil) }
  do throws(SystemError) { try Sandbox.dropPrivileges(to: user ?? .nobody) } catch {
    guard error.number == .notPermitted || error.number == .invalid else { throw error }
  }
}

/// Adds what would become of a message to `text`. Returns true if a rule takes it.
func explain(
  _ header: borrowing MessageHeader, _ path: [UInt8], _ loaded: LoadedSettings, _ mailbox: Int,
  _ charsets: CharsetFile, into text: inout [UInt8]
) -> Bool {
  text.append(path)
  guard !header.isEmpty else {
    text.append(": it has no header, and would be left alone\n")
    return false
  }
  let rules = loaded.settings.rules
  var context = MatchContext(mailbox: mailbox, for: rules)
  let match = header.isFolderInternalData ? nil : rules.firstMatch(header, in: &context)
  text.append(": ")
  guard let match else {
    text.append("no rule takes it; it would be ")
    let deletes =
      loaded.settings.mailboxes[mailbox].unmatched == .delete && header.hasSendersFields
    text.append(deletes && !header.isFolderInternalData ? "deleted" : "left alone")
    if !header.hasSendersFields {
      text.append(
        "\n  it has no From, To, Subject or Message-ID: a service takes that for a part of a header"
      )
    }
    if header.isFolderInternalData {
      text.append("\n  it holds a mail server's own data (field X-IMAP)")
    }
    text.append("\n")
    text.append(header, charsets)
    if !header.isFolderInternalData {
      text.append(missesOf: header, before: rules.rules.count, rules, &context)
    }
    return false
  }
  let rule = rules.rules[match]
  let captures = context.captures
  var values = Claim(header, nil, takenBy: rule, in: &context).values
  values.captures = captures
  let name = rule.name
  text.append("rule ")
  text.append(name)
  text.append(" takes it\n")
  text.append(header, charsets)
  if let delivery = header.deliveryDate, let longest = rule.longestAge {
    let age = Interval.seconds(Clock.secondsSince1970 - delivery.secondsSince1970)
    if age > longest {
      text.append("  it would not fire: it was delivered ")
      text.write(age.rough)
      text.append(" ago, more than max-age = ")
      text.write(longest)
      text.append("\n")
    }
  }
  for index in rule.captures.names.indices {
    let name = rule.captures.names[index]
    text.append("  {")
    text.append(name)
    text.append("} = ")
    text.append(escaping: captures.value(at: index))
    text.append("\n")
  }
  for action in rule.actions {
    text.append("  ")
    action.describe(rules.names, for: values, of: rule, into: &text)
    text.append("\n")
  }
  if let archive = loaded.settings.archive(rule: match, mailbox: mailbox) {
    text.append("  archive ")
    text.append(archive)
    text.append("\n")
  }
  text.append("  then ")
  rule.disposition.describe("", into: &text)
  text.append("\n")
  text.append(missesOf: header, before: match, rules, &context)
  return true
}

extension [UInt8] {
  /// Adds a line for each of the first `end` rules that does not take the message.
  fileprivate mutating func append(
    missesOf header: borrowing MessageHeader, before end: Int, _ rules: RuleSet,
    _ context: inout MatchContext
  ) {
    for index in 0..<end {
      guard let mismatch = rules.rules[index].mismatch(with: header, in: &context) else {
        continue
      }
      append("  ")
      append(
        RuleMiss(rule: index, mismatch, of: header, in: rules), of: rules,
        width: rules.nameWidth)
      append("\n")
    }
  }

  fileprivate mutating func append(_ header: borrowing MessageHeader, _ charsets: CharsetFile) {
    append("  subject: ")
    append(showing: header.subject)
    append("\n  from: ")
    if let from = header.from {
      append(showing: from)
    } else if let problem = header.senderProblem {
      append("(")
      append(showing: problem.words(from: header.value(of: .from)).span)
      append(")")
    }
    append("\n")
    if let label = header.undecodedLabel {
      append("  ")
      append(charsets.explanation(for: label))
      append("\n")
    }
  }
}
