/// The transaction state: RFC 1939 sections 5 and 7.
extension ServerSession {
  func access(_ command: Keyword, _ numbers: [Int], _ messages: [Message]) throws(Ended) {
    switch command {
    case .stat:
      let present = messages.indices.filter { !deleted.contains($0 + 1) }
      try say("+OK \(present.count) \(present.reduce(0) { $0 + messages[$1].bytes.count })")
    case .list: try list(numbers, messages) { "\($0.bytes.count)" }
    case .uidl: try list(numbers, messages, by: \.uid)
    case .top: try read(.top, numbers, messages)
    case .retr: try read(.retr, numbers, messages)
    case .dele:
      guard let index = try index(numbers, messages) else { return }
      deleted.insert(index + 1)
      configuration.onEvent?(.marked(number, subject: messages[index].subject))
      try say("+OK Marked.")
    case .rset:
      deleted = []
      try say("+OK")
    default: try say("+OK")
    }
  }

  /// LIST and UIDL, of one message or of all.
  private func list(
    _ numbers: [Int], _ messages: [Message], by value: (Message) -> String
  ) throws(Ended) {
    guard numbers.isEmpty else {
      guard let index = try index(numbers, messages) else { return }
      return try say("+OK \(index + 1) \(value(messages[index]))")
    }
    var text = "+OK\r\n"
    for index in messages.indices where !deleted.contains(index + 1) {
      text += "\(index + 1) \(value(messages[index]))\r\n"
    }
    try say(text + ".")
  }

  private func read(
    _ command: Keyword, _ numbers: [Int], _ messages: [Message]
  ) throws(Ended) {
    guard command == .retr || numbers.count == 2 && numbers[1] >= 0 else {
      return try say("-ERR A number of a message and one of lines, please.")
    }
    guard let index = try index(numbers, messages) else { return }
    let message = messages[index]
    configuration.onEvent?(.read(number, command, subject: message.subject))
    let bytes = message.stuffed(bodyLines: command == .top ? numbers[1] : .max)
    try transport.send(Array("+OK\r\n".utf8) + bytes + Array(".\r\n".utf8))
  }

  /// The index of the message that the first number names; nil where there is none, answered.
  private func index(_ numbers: [Int], _ messages: [Message]) throws(Ended) -> Int? {
    guard let number = numbers.first, messages.indices.contains(number - 1),
      !deleted.contains(number)
    else {
      try say("-ERR No such message.")
      return nil
    }
    return number - 1
  }
}
