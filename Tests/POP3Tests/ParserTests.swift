import Bytes
import TestSupport
import Testing

@testable import POP3

@Suite struct LineFramerTests {
  /// The lines, `~` where one was cut, and what was left over.
  private func frame(_ stream: [UInt8], _ framer: LineFramer) throws -> [String] {
    var framer = framer
    var lines: [String] = []
    for byte in stream where try framer.push(byte) == .line {
      let line = text(framer.line)
      lines.append(framer.isTruncated ? "~\(line.utf8.count)" : line)
    }
    if !framer.isAtLineStart { lines.append("...") }
    return lines
  }

  @Test(arguments: [
    ("", []), ("a\r\n", ["a"]), ("\r\n\r\n", ["", ""]), ("a\rb\r\n", ["a\rb"]),
    ("a\r\r\n", ["a\r"]), ("a\nb\r\n", ["a\nb"]), ("\n", ["..."]), ("a\r", ["..."]),
    ("\0\r\n\u{FF}\r\n", ["\0", "\u{FF}"]),
  ])
  func endsLinesInCRLFOnly(stream: String, lines: [String]) throws {
    let framed = try frame(Array(stream.utf8), .strict)
    #expect(framed == lines)
  }

  @Test(arguments: [
    ("a\r\nb\nc\r\n", ["a", "b\nc"]), ("a\nb\nc\r\nd", ["a", "b", "c", "..."]),
    ("a\rb\n\r\n", ["a\rb", ""]),
  ])
  func learnsFromTheFirstLineHowLinesEnd(stream: String, lines: [String]) throws {
    let framed = try frame(Array(stream.utf8), LineFramer())
    #expect(framed == lines)
  }

  @Test(arguments: [(512, "512"), (513, "~512"), (65_534, "~512")])
  func staysInStepAfterALongLine(length: Int, kept: String) throws {
    let long = [UInt8](repeating: 0x61, count: length)
    let framed = try frame(long + Array("\r\nb\r\n".utf8), .strict)
    #expect(framed == [length > 512 ? kept : text(long.span), "b"])
  }

  @Test func throwsAtTheLimit() throws {
    var framer = LineFramer()
    for _ in 0..<Limits.lineOctets { _ = try framer.push(0x61) }
    #expect(throws: ProtocolError.Reason.lineTooLong) { try framer.push(0x0A) }
  }
}

@Suite struct ContentDecoderTests {
  @Test(arguments: [
    (".\r\n", "", true), ("a\r\n.\r\n", "a\r\n", true), ("..\r\n.\r\n", ".\r\n", true),
    (".a\r\n.\r\n", "a\r\n", true), ("a.\r\n", "a.\r\n", false), ("\r\n.\r", "\r\n", false),
    ("a\n.\r\n", "a\n.\r\n", false), ("a\r\n.\n", "a\r\n\n", false),
    ("a\r.\r\n", "a\r.\r\n", false),
    ("a\r\r\n.\r\n", "a\r\r\n", true), (".\ra\r\n.\r\n", "a\r\n", true),
    (".\r\r\n.\r\n", "\r\n", true), (".\r.\r\n", ".\r\n", false), ("\n.\n", "\n.\n", false),
  ])
  func endsAtCRLFDotCRLFOnly(stream: String, content: String, ends: Bool) {
    let decoded = decode(stream, lineFeedEnds: false)
    #expect(decoded == (content, ends))
  }

  @Test(arguments: [
    (".\n", "", true), (".\r\n", "", true), ("a\n.\n", "a\n", true),
    ("a\n..b\n.\n", "a\n.b\n", true),
    ("a\r\n.\n", "a\r\n", true), ("a.\n", "a.\n", false),
  ])
  func endsAtLFDotLFOnlyWhereAskedTo(stream: String, content: String, ends: Bool) {
    let decoded = decode(stream, lineFeedEnds: true)
    #expect(decoded == (content, ends))
  }

  private func decode(_ stream: String, lineFeedEnds: Bool) -> (String, Bool) {
    var decoder = ContentDecoder(lineFeedEnds: lineFeedEnds)
    var content: [UInt8] = []
    let bytes = Array(stream.utf8)
    var index = 0
    while index < bytes.count {
      let (count, piece) = decoder.take(bytes.span.extracting(index...))
      switch piece {
      case .needsMore: break
      case .content(let range):
        content += bytes[index...][range.lowerBound + index..<range.upperBound + index]
      case .end: return (text(content.span), true)
      }
      index += count
    }
    return (text(content.span), false)
  }
}

@Suite struct ReplyTests {
  @Test(arguments: [
    ("+OK", Reply.Status.ok), ("+ok done", .ok), ("-ERR", .refused), ("-err no", .refused),
    ("+", .continuation), ("+ ", .continuation), ("+ abc", .continuation), ("", .empty),
    (" ", .empty), ("+K", .strange), ("OK", .strange), ("-ER", .strange), ("\0", .strange),
    (" +OK", .strange), (".", .strange),
  ])
  func readsTheStatus(line: String, status: Reply.Status) {
    let reply = with(line) { Reply(parsing: $0) }
    #expect(reply.status == status)
  }

  @Test(arguments: [
    ("", Refusal.none), (" no", .none), (" [IN-USE] x", .inUse), (" [in-use]", .inUse),
    (" [LOGIN-DELAY] x", .loginDelay), (" [SYS/TEMP]", .temporary), (" [SYS/PERM]", .permanent),
    (" [AUTH] account is locked", .authentication), (" [UTF8]", .other), (" []", .other),
    (" [SYS]", .other), (" [IN-USE", .none),
    (" Unable to LOCK maildrop", .inUse), (" mailbox is locked", .inUse), (" please wait", .inUse),
    (" your address is blocked", .none), (" duplicate login!", .inUse),
    (" Too many open connections", .temporary), (" Service unavailable", .temporary),
    (" Exceeded the login limit for a 15 minute period", .loginDelay),
    (" Logon failure: unknown user name or bad password.", .none),
  ])
  func readsTheReasonOfARefusal(rest: String, refusal: Refusal) {
    let reply = with("-ERR" + rest) { Reply(parsing: $0) }
    #expect(reply.refusal == refusal)
  }
}

@Suite struct ListingLineTests {
  @Test(arguments: [("1 abc", 1), ("1 120", 1), ("1 ", 1), ("1", nil)])
  func takesNothingThatReachesTheCut(line: String, message: Int?) {
    let parsed = with(line) { ListingLine(parsing: $0, isTruncated: true) }
    #expect(parsed.message == message)
    #expect(parsed.uniqueID == nil)
    #expect(parsed.octets == nil)
  }
}

@Suite struct CapabilitiesTests {
  private func parse(_ lines: String...) -> Capabilities {
    var capabilities = Capabilities()
    for line in lines { with(line) { capabilities.add(parsing: $0) } }
    return capabilities
  }

  @Test func knowsWhatItReads() {
    let all = parse(
      "top", "USER", "UIDL", "STLS", "SASL  CRAM-MD5 plain", "PIPELINING", "RESP-CODES",
      "AUTH-RESP-CODE", "LOGIN-DELAY 60 USER", "EXPIRE 0", "IMPLEMENTATION x", "", "\0")
    #expect(all.top && all.user && all.uidl && all.stls && all.pipelining)
    #expect(all.mechanisms.contains(.plain) && all.responseCodes && all.authResponseCode)
    #expect(all.loginDelay == 60 && all.loginDelayIsPerUser && all.expiry == .days(0))
    #expect(parse("EXPIRE never").expiry == .never)
  }

  @Test(arguments: [
    "TOPS", "UTF8 USER", "SASL", "SASL ", "XSASL PLAIN", "LOGIN-DELAY", "LOGIN-DELAY -1",
    "LOGIN-DELAY 99999999999", "EXPIRE", "EXPIRE soon", "IMPLEMENTATION TOP",
  ])
  func passesOverWhatItDoesNotKnow(line: String) { #expect(parse(line) == Capabilities()) }

  @Test func keepsWhatALaterAnswerLeavesOut() {
    var capabilities = parse("UIDL", "SASL PLAIN", "LOGIN-DELAY 600 USER", "EXPIRE 31 USER")
    capabilities.merge(parse("PIPELINING", "LOGIN-DELAY 300", "EXPIRE NEVER"))
    #expect(
      capabilities
        == parse(
          "UIDL", "SASL PLAIN", "PIPELINING", "LOGIN-DELAY 300", "EXPIRE NEVER"))
    capabilities.merge(Capabilities())
    #expect(capabilities.loginDelay == 300 && capabilities.expiry == .never)
  }
}
