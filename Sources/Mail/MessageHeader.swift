import Bytes

/// The header block of a message: parses it as it comes, and then holds the values of its fields.
///
/// Law: its memory does not depend on what is sent. Of a long value, the first `Limits.fieldValue` bytes are
/// kept; of a field that occurs more than once, the topmost value (for To, as many bytes of the others as
/// well). The rest is counted and skipped.
///
/// A line ends in LF, together with the CRs before it: servers pass messages on as they were stored
/// (GreenMail with bare LF, others with CR CR LF), in replies whose lines end in CRLF. A CR elsewhere is
/// content.
///
/// A sender gains nothing by a bare LF that another reader takes for content. The field that begins behind it
/// could as well be written as a line of its own, even an Authentication-Results field: it is below those of
/// the owner's server. A second From, whether plain or hidden behind a CR, makes the sender unknown. If the
/// LF ends the header, the sender has only cut off his own fields.
public struct MessageHeader: ~Copyable {
  let rows: FieldRows

  private var state = State.lineStart
  /// Number of bytes of a byte order mark read so far; nil behind the last mark.
  private var markLength: Int? = 0
  /// True if the header has no field, known or not.
  public private(set) var isEmpty = true
  private var hiddenFrom = HiddenFrom()
  /// True if a From field has a blank before its colon.
  private var hasBlankAfterFrom = false
  /// True if the header has a field of an IMAP server: `X-IMAP` or `X-IMAPbase`.
  private(set) var hasIMAPData = false
  private var ends = LineEndReader()
  private var name: [UInt8] = []
  /// The row that receives the value; nil to skip it.
  private var row: Int?
  /// True in a Received field: its value is also stored in the row of the bottom-most one.
  private var isInReceived = false

  private(set) var values: ByteRows
  private(set) var occurrences: [Int]

  /// The text of Subject, followed by those of the extra fields.
  private(set) var texts: ByteRows
  /// The address of From; empty if there is no valid one.
  private(set) var sender: [UInt8] = []
  /// Why the sender is unknown; nil if it is known, or until the header is complete.
  public private(set) var senderProblem: SenderProblem?
  private(set) var decoder: FieldDecoder

  /// Keeps the known fields and the `extraFields`.
  ///
  /// There must be at most `Limits.extraFields`; a name over `Limits.fieldName` bytes never matches. All
  /// memory is allocated here, except for the value that is being decoded, whose size is limited too.
  public init(extraFields: [[UInt8]] = [], charsets: CharsetTables = .none) {
    precondition(extraFields.count <= Limits.extraFields)
    decoder = FieldDecoder(charsets)
    rows = FieldRows(extraFields: extraFields)
    values = ByteRows(count: rows.count, capacity: Limits.fieldValue)
    occurrences = [Int](repeating: 0, count: rows.count)
    name.reserveCapacity(Limits.fieldName)
    sender.reserveCapacity(Limits.address)
    texts = ByteRows(count: 1 + rows.extraCount, capacity: Limits.text)
  }

  /// Forgets the message, to receive another one.
  public mutating func reset() {
    state = .lineStart
    markLength = 0
    decoder.forgetUndecodedLabel()
    hiddenFrom = HiddenFrom()
    hasBlankAfterFrom = false
    senderProblem = nil
    isEmpty = true
    hasIMAPData = false
    ends = LineEndReader()
    row = nil
    isInReceived = false
    for row in 0..<rows.count {
      values.removeAll(from: row)
      occurrences[row] = 0
    }
    for row in 0...rows.extraCount { texts.removeAll(from: row) }
    sender.removeAll(keepingCapacity: true)
  }

  /// True if the header block has ended.
  public var isComplete: Bool { state == .complete }

  /// Receives the next bytes of the message; those after the header block are ignored.
  public mutating func receive(_ bytes: Span<UInt8>) {
    for index in bytes.indices {
      if isComplete { return }
      receive(bytes[index])
    }
  }

  private mutating func receive(_ byte: UInt8) {
    guard let length = markLength else { return receiveText(byte) }
    // UTF-8's byte order mark. Exchange Online puts it before messages, and others add a second one.
    let mark: InlineArray<3, UInt8> = [0xEF, 0xBB, 0xBF]
    if byte == mark[length] {
      markLength = (length + 1) % 3
      return
    }
    markLength = nil
    for index in 0..<length { receiveText(mark[index]) }
    receiveText(byte)
  }

  // line-end = *CR LF
  // A run of CRs that ends no line counts as one, and becomes one blank.
  private mutating func receiveText(_ byte: UInt8) {
    switch ends.push(byte) {
    case .carriageReturn: return
    case .lineFeed: advance(.lineEnd)
    case .byte(let isBehind):
      if isBehind { advance(.byte(.carriageReturn)) }
      advance(.byte(byte))
    }
  }

  /// Ends the message, and thus a header block without an empty line behind it.
  ///
  /// Some servers omit that line if the message has no body.
  public mutating func finish() {
    advance(.end)
  }

  private enum State {
    case lineStart
    case name
    /// In the blanks between a field name and its colon.
    case blankAfterName
    /// In a value, or in a line that is skipped.
    case value
    case complete
  }

  private enum Input {
    case byte(UInt8)
    case lineEnd
    case end
  }

  private mutating func advance(_ input: Input) {
    switch input {
    case .byte(let byte): if state != .complete { hiddenFrom.push(byte) }
    case .lineEnd, .end: hiddenFrom.endLine()
    }
    let next = next(input)
    if next == .complete, state != .complete { decode() }
    state = next
  }

  // field = field-name *WSP ":" unstructured CRLF                ; RFC 5322 sections 2.2, 4.5
  // unfolding: a CRLF before WSP goes, the WSP stays             ; section 2.2.3
  //
  // A line that is not a field (mbox's "From ", ">From ", garbage) is skipped, together with its folded
  // lines.
  private mutating func next(_ input: Input) -> State {
    switch (state, input) {
    case (.complete, _), (_, .end), (.lineStart, .lineEnd): return .complete
    case (.lineStart, .byte(let byte)) where byte.isBlank:
      store(byte)
      return .value
    case (.lineStart, .byte(let byte)):
      row = nil
      isInReceived = false
      name.removeAll(keepingCapacity: true)
      return stateAfter(inName: byte)
    case (.name, .byte(let byte)): return stateAfter(inName: byte)
    case (.blankAfterName, .byte(let byte)) where byte.isBlank: return .blankAfterName
    case (.blankAfterName, .byte(.ascii(":"))):
      if name.span.equalsIgnoringCase("From") { hasBlankAfterFrom = true }
      return stateAfter(inName: .ascii(":"))
    case (.blankAfterName, .byte): return .value
    case (.value, .byte(let byte)):
      store(byte)
      return .value
    case (.name, .lineEnd), (.blankAfterName, .lineEnd), (.value, .lineEnd): return .lineStart
    }
  }

  // field-name = 1*ftext ; ftext = %d33-57 / %d59-126
  private mutating func stateAfter(inName byte: UInt8) -> State {
    switch byte {
    case .ascii(":"):
      isEmpty = false
      row = openRow()
      return .value
    case .space, .horizontalTab: return .blankAfterName
    case 0x21...0x7E where name.count < Limits.fieldName:
      name.append(byte)
      return .name
    default: return .value
    }
  }

  /// The row for the value of the field `name`; nil if it is not kept, or already has a value.
  private mutating func openRow() -> Int? {
    if name.span.equalsIgnoringCase("X-IMAP") || name.span.equalsIgnoringCase("X-IMAPbase") {
      hasIMAPData = true
    }
    guard let row = rows.row(named: name.span) else { return nil }
    if occurrences[row] < Int(UInt8.max) { occurrences[row] += 1 }
    isInReceived = row == rows.row(of: .received)
    if isInReceived {
      let first = rows.row(of: .firstReceived)
      values.removeAll(from: first)
      occurrences[first] = 1
    }
    if occurrences[row] == 1 { return row }
    return row == rows.row(of: .to) ? openFurtherTo() : nil
  }

  private mutating func openFurtherTo() -> Int {
    let row = rows.row(of: .furtherTo)
    if !values[row].isEmpty { values.append(.ascii(","), to: row) }
    return row
  }

  private mutating func store(_ byte: UInt8) {
    if let row { store(byte, in: row) }
    if isInReceived { store(byte, in: rows.row(of: .firstReceived)) }
  }

  private mutating func store(_ byte: UInt8, in row: Int) {
    if values[row].isEmpty, byte.isBlank { return }
    values.append(byte, to: row)
  }

  private mutating func decode() {
    Self.decode(values, rows, into: &texts, &decoder)
    do throws(SenderProblem) {
      sender.append(try readSender())
    } catch {
      senderProblem = error
    }
  }

  private func readSender() throws(SenderProblem) -> [UInt8] {
    let from = rows.row(of: .from)
    guard occurrences[from] > 0 else { throw .noField }
    guard occurrences[from] == 1 else { throw .severalFields }
    guard !hiddenFrom.isFound else { throw .hiddenField }
    guard !hasBlankAfterFrom else { throw .blankBeforeColon }
    guard !values.isCut(from) else { throw .tooLong }
    do throws(FieldError) { return try soleAddress(in: values[from]) } catch { throw .value(error) }
  }

  /// Decodes the texts from their values. Patterns are compared with what a person sees.
  private static func decode(
    _ values: borrowing ByteRows, _ rows: FieldRows, into texts: inout ByteRows,
    _ decoder: inout FieldDecoder
  ) {
    decoder.takeBodyLabel(of: values[rows.row(of: .contentType)])
    for index in 0...rows.extraCount {
      let row = rows.row(of: index == 0 ? .subject : .extra(index - 1))
      var writer = VisibleTextWriter(limit: Limits.text)
      decoder.decode(values[row]) { character in
        writer.receive(character) { texts.append($0, to: index) }
      }
      writer.finish { texts.append($0, to: index) }
    }
  }
}
