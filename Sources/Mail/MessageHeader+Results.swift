import Bytes

/// What the header says, once it is complete.
extension MessageHeader {
  /// How often the field was there; it is not counted further than 255.
  public func occurrences(of field: HeaderField) -> Int { occurrences[rows.row(of: field)] }

  /// Whether the value of its topmost occurrence was longer than `Limits.fieldValue`.
  public func isTruncated(_ field: HeaderField) -> Bool { values.isCut(rows.row(of: field)) }

  /// The value of its topmost occurrence as it was sent, unfolded, without blanks at the ends.
  @_lifetime(borrow self)
  public borrowing func value(of field: HeaderField) -> Span<UInt8> {
    values[rows.row(of: field)].trimmingBlanks
  }

  /// The text of the topmost Subject as a person sees it (`TextNormaliser`); empty where there is none.
  public var subject: Span<UInt8> {
    @_lifetime(borrow self)
    borrowing get { texts[0] }
  }

  /// The text of the topmost occurrence of an extra field; nil where there is none.
  @_lifetime(borrow self)
  public func extra(_ index: Int) -> Span<UInt8>? {
    guard occurrences(of: .extra(index)) > 0 else { return nil }
    return texts[index + 1]
  }

  /// The label of a text whose charset needs tables that are not there; nil where there is none.
  ///
  /// Its undecoded characters are U+FFFD.
  public var undecodedLabel: [UInt8]? {
    decoder.undecodedLabel.isEmpty ? nil : decoder.undecodedLabel
  }

  /// The value of Date as it was sent.
  public var date: Span<UInt8> {
    @_lifetime(borrow self)
    borrowing get { values[rows.row(of: .date)].trimmingBlanks }
  }

  /// The value of Message-ID as it was sent.
  public var messageID: Span<UInt8> {
    @_lifetime(borrow self)
    borrowing get { values[rows.row(of: .messageID)].trimmingBlanks }
  }

  // received = "Received:" *received-token ";" date-time CRLF    ; RFC 5322 section 3.6.7
  /// The time at which the topmost server says that it took the message; nil where that cannot be read.
  public var receivedDate: Date? { date(ofReceived: .received) }

  /// 2000-01-02: at the start of 1970 or 2000 stands the clock of a device that nobody has set.
  private static var startOfClocks: Date { Date(secondsSince1970: 946_771_200) }

  /// The time of its delivery, by the topmost Received or else by Date; nil where neither can be read or the
  /// latter cannot be true.
  public var deliveryDate: Date? {
    if let receivedDate { return receivedDate }
    guard !isTruncated(.date), let date = try? Date(parsing: value(of: .date)),
      date > Self.startOfClocks
    else { return nil }
    return date
  }

  private func date(ofReceived field: HeaderField) -> Date? {
    guard !isTruncated(field) else { return nil }
    let value = value(of: field)
    // The last may stand in a comment behind the date.
    for index in value.indices.reversed() where value[index] == .ascii(";") {
      if let date = try? Date(parsing: value.extracting((index + 1)...)) { return date }
    }
    return nil
  }

  /// The sender's address; nil unless there is one From field, and in it one address, beyond doubt.
  ///
  /// Display names and comments never count. A second From field, a second address, a group, a
  /// value that was cut, and anything that the grammar does not allow give nil.
  public var from: Span<UInt8>? {
    @_addressableSelf
    @_lifetime(borrow self)
    borrowing get { sender.isEmpty ? nil : sender.span }
  }

  /// Calls `body` with each address of To, members of groups too, until it returns `false`; of all To
  /// fields, where there are several.
  ///
  /// What is no address is passed over, and so is the last one of a value that was cut.
  public func forEachTo(_ body: (Span<UInt8>) -> Bool) {
    if forEachAddress(of: .to, body) { forEachAddress(of: .furtherTo, body) }
  }

  /// Calls `body` with each address of Reply-To, as `forEachTo` does.
  public func forEachReplyTo(_ body: (Span<UInt8>) -> Bool) { forEachAddress(of: .replyTo, body) }

  /// Returns `false` where `body` did.
  @discardableResult
  private func forEachAddress(of field: HeaderField, _ body: (Span<UInt8>) -> Bool) -> Bool {
    var list = AddressList(value(of: field))
    while !list.isAtEnd {
      guard let next = try? list.next() else { continue }
      if list.isAtEnd, isTruncated(field) { return true }
      guard body(next.span) else { return false }
    }
    return true
  }

  /// True if there is a Subject, From, To or Message-ID.
  ///
  /// Servers put Received, Return-Path, Delivered-To and others in front of what the sender wrote: without any
  /// of those four it is the beginning of a header, or a server's own words.
  public var hasSendersFields: Bool {
    for field in [HeaderField.subject, .from, .to, .messageID]
    where occurrences[rows.row(of: field)] > 0 { return true }
    return false
  }

  /// True if it is the message in which IMAP servers keep their data about the mailbox: UW-IMAP and
  /// its heirs write it into mbox files, and it must never be deleted.
  ///
  /// It has this subject and nothing else, and a field with the data: `X-IMAP` or `X-IMAPbase`.
  public var isFolderInternalData: Bool {
    hasIMAPData
      && value(of: .subject).equalsIgnoringCase(
        "DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA")
  }

  /// The time at which the first server says that it took the message; nil where that cannot be read.
  public var firstReceivedDate: Date? { date(ofReceived: .firstReceived) }

  /// Whether there is anything by which the message can be told from another.
  public var hasIdentity: Bool {
    !value(of: .messageID).isEmpty || !value(of: .date).isEmpty || !value(of: .received).isEmpty
  }

  /// Calls `body` with the bytes that tell the message from another, for a digest.
  ///
  /// Message-ID, Date and the topmost Received, each as it was sent, as far as it was kept, and
  /// behind its length in two bytes, the higher first.
  public func forEachIdentityByte(_ body: (UInt8) -> Void) {
    emit(value(of: .messageID), body)
    emit(value(of: .date), body)
    emit(value(of: .received), body)
  }

  /// Calls `body` with what its sender wrote: Message-ID, Date, From, Subject, each after its
  /// length. Returns `false`, without a call, where that may not tell it from other messages: where
  /// it has no Message-ID or no Date.
  public func forEachContentByte(_ body: (UInt8) -> Void) -> Bool {
    guard !messageID.isEmpty, !date.isEmpty else { return false }
    emit(messageID, body)
    emit(date, body)
    emit(value(of: .from), body)
    emit(value(of: .subject), body)
    return true
  }

  private func emit(_ value: Span<UInt8>, _ body: (UInt8) -> Void) {
    body(UInt8(truncatingIfNeeded: value.count >> 8))
    body(UInt8(truncatingIfNeeded: value.count))
    for index in value.indices { body(value[index]) }
  }
}
