import Alerts
import Bytes
import Config
import Mail
import Platform
import Rules

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
  let charsets = CharsetFile()
  var header = MessageHeader(
    extraFields: settings.rules.names.headers, charsets: charsets.tables)
  var code = ExitCode.ok
  let paths = options.operands.isEmpty ? [[UInt8]("-")] : options.operands
  for path in paths {
    header.reset()
    do throws(FileError) {
      try readMessage(path, into: &header)
    } catch {
      writeErrors([path + ": " + describe(error, path)])
      code = ExitCode.noInput
      continue
    }
    if !explain(header, path, loaded, mailbox, charsets), code == ExitCode.ok { code = 1 }
  }
  return code
}

private func readMessage(_ path: [UInt8], into header: inout MessageHeader) throws(FileError) {
  func take(_ chunk: Span<UInt8>) -> Bool {
    for index in chunk.indices { header.receive(chunk[index]) }
    return !header.isComplete
  }
  if path.span.equals("-") {
    try readStream(nil, take)
  } else {
    try readStream(path.span, take)
  }
  header.finish()
}

/// Prints what would become of a message. Returns true if a rule takes it.
private func explain(
  _ header: borrowing MessageHeader, _ path: [UInt8], _ loaded: LoadedSettings, _ mailbox: Int,
  _ charsets: CharsetFile
) -> Bool {
  guard !header.isEmpty else {
    writeOutput(path + ": it has no header, and would be left alone\n")
    return false
  }
  let rules = loaded.settings.rules
  var context = MatchContext(mailbox: mailbox, for: rules)
  let match = header.isFolderInternalData ? nil : rules.firstMatch(header, in: &context)
  var text = path
  text.append(": ")
  guard let match else {
    text.append("no rule takes it; it would be ")
    let deletes = loaded.settings.mailboxes[mailbox].unmatched == .delete
    text.append(deletes && !header.isFolderInternalData ? "deleted" : "left alone")
    if header.isFolderInternalData {
      text.append("\n  it holds a mail server's own data (field X-IMAP)")
    }
    text.append("\n")
    text.append(header, charsets)
    if !header.isFolderInternalData {
      text.append(missesOf: header, before: rules.rules.count, rules, &context)
    }
    writeOutput(text)
    return false
  }
  let rule = rules.rules[match]
  let values = AlertValues(header, nil, context.captures)
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
    text.append(escaping: context.captures.value(at: index))
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
  writeOutput(text)
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
