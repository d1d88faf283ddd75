internal import Bytes
public import Mail
public import POP3
public import Rules

/// A fetcher's statement that a rule takes a message: the whole texts that the rule's conditions took, for a
/// judge to match again, and the other values for the rule's actions.
public struct Claim: Sendable, Equatable {
  /// Values for the rule's actions, without the captures: a judge computes those.
  public var values = AlertValues()
  /// Indices in `Names.headers` of the extra header fields that conditions took.
  private var headers: [UInt8] = []
  /// Texts of these fields, one after the other.
  private var texts: [UInt8] = []
  /// The end of each text in `texts`.
  private var ends: [Int] = []

  public init() {}

  public init(
    _ header: borrowing MessageHeader, _ uniqueID: UniqueID?, takenBy rule: Rule,
    in context: inout MatchContext
  ) {
    values.subject = [UInt8](header.subject)
    if let from = header.from { values.from = [UInt8](from) }
    values.to = rule.receiver(of: header, in: &context)
    values.date = plainText(header.date, within: Limits.date)
    values.messageID = plainText(header.messageID, within: Limits.messageID)
    if let uniqueID { values.uniqueID = plainText(uniqueID.span, within: Limits.uniqueID) }
    for case .header(let index, _) in rule.conditions {
      if let text = header.extra(index) { add(UInt8(index), text) }
    }
  }

  /// Adds the text of an extra header field. Returns `false`, and changes nothing, if there are already
  /// `Mail.Limits.extraFields` texts.
  @discardableResult
  public mutating func add(_ header: UInt8, _ text: Span<UInt8>) -> Bool {
    guard headers.count < Mail.Limits.extraFields else { return false }
    headers.append(header)
    texts.append(text)
    ends.append(texts.count)
    return true
  }

  /// Sends a `took` frame for each text, which must precede the `matched` frame of the message.
  public func sendTexts<Sink: FrameSink & ~Copyable>(to sink: inout Sink) {
    for place in headers.indices {
      sink.send(.took(header: headers[place], [UInt8](text(at: place))))
    }
  }

  /// The text of the header field at `place` in `headers`.
  @_lifetime(borrow self)
  private borrowing func text(at place: Int) -> Span<UInt8> {
    texts.span.extracting((place == 0 ? 0 : ends[place - 1])..<ends[place])
  }

  /// The captures of `rule`, matched again by `Rule.takes` for a message of `mailbox`; nil if the rule does
  /// not take it.
  public func captures(of rule: Rule, mailbox: Int, in rules: RuleSet) -> Captures? {
    var context = MatchContext(mailbox: mailbox, for: rules)
    return rule.takes(self, in: &context) ? context.captures : nil
  }
}

extension Claim: MessageFields {
  public var subject: Span<UInt8> {
    @_lifetime(borrow self)
    borrowing get { values.subject.span }
  }

  public var from: Span<UInt8>? {
    @_addressableSelf
    @_lifetime(borrow self)
    borrowing get { values.from.isEmpty ? nil : values.from.span }
  }

  public func forEachTo(_ body: (Span<UInt8>) -> Bool) {
    if !values.to.isEmpty { _ = body(values.to.span) }
  }

  @_lifetime(borrow self)
  public borrowing func extra(_ index: Int) -> Span<UInt8>? {
    guard let place = headers.firstIndex(of: UInt8(index)) else { return nil }
    return text(at: place)
  }
}

extension AlertValues {
  init(reading reader: inout FrameReader) throws(FetcherFrame.Flaw) {
    self.init()
    subject = try reader.text(atMost: Limits.subject)
    from = try reader.text(atMost: Limits.address)
    to = try reader.text(atMost: Limits.address)
    date = try reader.text(atMost: Limits.date)
    messageID = try reader.text(atMost: Limits.messageID)
    uniqueID = try reader.text(atMost: Limits.uniqueID)
  }

  func write(to bytes: inout [UInt8]) {
    bytes.append(field: subject.span)
    bytes.append(field: from.span)
    bytes.append(field: to.span)
    bytes.append(field: date.span)
    bytes.append(field: messageID.span)
    bytes.append(field: uniqueID.span)
  }
}
