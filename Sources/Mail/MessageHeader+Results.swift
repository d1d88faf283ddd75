import Bytes

/// The results of a complete header.
extension MessageHeader {
  /// Number of times the field occurs, at most 255.
  public func occurrences(of field: HeaderField) -> Int { occurrences[rows.row(of: field)] }

  /// True if the value of the topmost occurrence was longer than `Limits.fieldValue`.
  public func isTruncated(_ field: HeaderField) -> Bool { values.isCut(rows.row(of: field)) }

  /// The value of the topmost occurrence, unfolded and not decoded, without blanks at the ends.
  @_lifetime(borrow self)
  public borrowing func value(of field: HeaderField) -> Span<UInt8> {
    values[rows.row(of: field)].trimmingBlanks
  }

  /// The text of the topmost Subject as a person sees it (`TextNormaliser`); empty if there is none.
  public var subject: Span<UInt8> {
    @_lifetime(borrow self)
    borrowing get { texts[0] }
  }

  /// The text of the topmost occurrence of an extra field; nil if there is none.
  @_lifetime(borrow self)
  public func extra(_ index: Int) -> Span<UInt8>? {
    guard occurrences(of: .extra(index)) > 0 else { return nil }
    return texts[index + 1]
  }

  /// The label of a text that needs missing charset tables; nil if there is none.
  ///
  /// The characters that could not be decoded are U+FFFD.
  public var undecodedLabel: [UInt8]? {
    decoder.undecodedLabel.isEmpty ? nil : decoder.undecodedLabel
  }

  /// The value of Date, not decoded.
  public var date: Span<UInt8> {
    @_lifetime(borrow self)
    borrowing get { values[rows.row(of: .date)].trimmingBlanks }
  }

  /// The value of Message-ID, not decoded.
  public var messageID: Span<UInt8> {
    @_lifetime(borrow self)
    borrowing get { values[rows.row(of: .messageID)].trimmingBlanks }
  }

  // received = "Received:" *received-token ";" date-time CRLF    ; RFC 5322 section 3.6.7
  /// The time at which the topmost Received says that its server took the message; nil if that cannot be
  /// parsed.
  public var receivedDate: Date? {
    guard !isTruncated(.received) else { return nil }
    let value = value(of: .received)
    // The last ";" may be in a comment behind the date.
    for index in value.indices.reversed() where value[index] == .ascii(";") {
      if let date = try? Date(parsing: value.extracting((index + 1)...)) { return date }
    }
    return nil
  }

  /// 2000-01-02. The clock of a device that was never set begins in 1970 or 2000.
  private static var startOfClocks: Date { Date(secondsSince1970: 946_771_200) }

  /// Time of delivery, from the topmost Received, otherwise from Date; nil if neither can be parsed, or Date
  /// is not after `startOfClocks`.
  public var deliveryDate: Date? {
    if let receivedDate { return receivedDate }
    guard !isTruncated(.date), let date = try? Date(parsing: value(of: .date)),
      date > Self.startOfClocks
    else { return nil }
    return date
  }

  /// The sender's address; nil unless there is exactly one From field, with exactly one address.
  ///
  /// Display names and comments do not count. A second From field, a second address, a group, a value that
  /// was cut, or a syntax error gives nil.
  public var from: Span<UInt8>? {
    @_addressableSelf
    @_lifetime(borrow self)
    borrowing get { sender.isEmpty ? nil : sender.span }
  }

  /// Calls `body` with each address of all To fields, including members of groups, until it returns `false`.
  ///
  /// Elements that are not addresses are skipped, and so is the last address of a value that was cut.
  public func forEachTo(_ body: (Span<UInt8>) -> Bool) {
    if forEachAddress(of: .to, body) { forEachAddress(of: .furtherTo, body) }
  }

  /// Returns `false` if `body` has returned `false`.
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
  /// Servers put Received, Return-Path, Delivered-To and others in front of what the sender wrote. Without any
  /// of those four fields, the header is incomplete, or text of the server.
  public var hasSendersFields: Bool {
    for field in [HeaderField.subject, .from, .to, .messageID]
    where occurrences[rows.row(of: field)] > 0 { return true }
    return false
  }

  /// True if the message holds an IMAP server's data about the mailbox. UW-IMAP and its successors write it
  /// into mbox files, and it must never be deleted.
  ///
  /// Its Subject is exactly this text, and it has a field `X-IMAP` or `X-IMAPbase`.
  public var isFolderInternalData: Bool {
    hasIMAPData
      && value(of: .subject).equalsIgnoringCase(
        "DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA")
  }

  /// Calls `body` with the bytes of the identity in ledgers of versions 1 and 2, for a digest.
  ///
  /// They are Message-ID, Date and the topmost Received, undecoded, as far as they were kept, each after its
  /// length in two bytes, big-endian.
  public func forEachIdentityByte(_ body: (UInt8) -> Void) {
    emit(value(of: .messageID), body)
    emit(value(of: .date), body)
    emit(value(of: .received), body)
  }

  /// Calls `body` with the bytes of the content in ledgers of versions 1 and 2: Message-ID, Date, From and
  /// Subject, each after its length. Returns `false`, without a call, if Message-ID or Date is missing.
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
