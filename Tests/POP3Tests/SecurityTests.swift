import Bytes
import POP3
import TestSupport
import Testing

/// Law L3: no credential is written before the transport that the configuration demands is in place.
///
/// A script fails where anything is written that it does not name.
@Suite struct SecurityTests {
  @Test(arguments: attacks) func writesNoCredential(attack: Script) {
    attack.run()
    for line in attack.lines where line.hasPrefix("C:") {
      #expect(line == "C: CAPA" || line == "C: STLS")
    }
  }

  static let capabilities = "S: +OK\nC: CAPA\nS: +OK\nS: STLS\nS: .\nC: STLS\n"

  static let attacks =
    ["", "* OK", "+", "OK", "-", "220 smtp.example.net", "PREAUTH", "x+OK", "\\0+OK"].map {
      Script(
        "CVE-2020-28896: greeting '\($0)'", security: .startTLS,
        "S: \($0)\n= throws strangeGreeting")
    } + [
      Script(
        "STLS is stripped from the capabilities", security: .startTLS,
        "S: +OK\nC: CAPA\nS: +OK\nS: USER\nS: SASL PLAIN\nS: .\n= throws startTLSNotAnnounced"),
      Script(
        "all capabilities are stripped", security: .startTLS,
        "S: +OK\nC: CAPA\nS: +OK\nS: .\n= throws startTLSNotAnnounced"),
      Script(
        "CVE-2021-22946: CAPA is refused, and so is STLS", security: .startTLS,
        "S: +OK\nC: CAPA\nS: -ERR\nC: STLS\nS: -ERR\n= throws startTLSRefused"),
      Script(
        "STLS is refused where CAPA is not asked", security: .startTLS, asks: false,
        "S: +OK\nC: STLS\nS: -ERR\n= throws startTLSRefused"),
      Script(
        "STLS is announced and refused (CVE-2021-39272)", security: .startTLS,
        capabilities + "S: -ERR\n= throws startTLSRefused"),
      Script(
        "CVE-2021-22947: replies follow the +OK to STLS", security: .startTLS,
        capabilities + "R: +OK\\r\\n+OK\\r\\n+OK\\r\\n\n= startTLS\n= throws bytesBeforeTLS"),
      Script(
        "CVE-2020-14954: one byte follows it", security: .startTLS,
        capabilities + "S: +OK\nR: x\n= startTLS\n= throws bytesBeforeTLS"),
      Script(
        "STLS is answered strangely", security: .startTLS,
        capabilities + "S: + go\n= throws strangeReply"),
      Script(
        "APOP cannot use a stamp that came in the clear", security: .startTLS, mechanism: .apop,
        asks: false,
        "S: +OK <a@b>\nC: STLS\nS: +OK\n= startTLS\nTLS\n= throws noStamp"),
      Script(
        "no login that is allowed in the clear", security: .plaintext,
        "S: +OK\nC: CAPA\nS: +OK\nS: TOP\nS: .\n= throws noMechanism"),
    ]

  /// Nothing was written yet: whoever answers has not read the question (CVE-2026-42246).
  @Test(
    arguments: ["+OK\r\n+OK\r\n", "+OK\r\n+OK\r\nSTLS\r\n.\r\n", "+OK\r\n-ERR\r\n"], [true, false])
  func takesNoReplyBeforeItsCommandIsWritten(stream: String, asks: Bool) {
    for written in 0..<6 {
      var session = makeSession(.startTLS, asks: asks)
      let error = #expect(throws: ProtocolError.self) {
        try receive("+OK\r\n", &session)
        session.didWrite(written)
        try receive(String(stream.utf8.dropFirst(5)) ?? "", &session)
      }
      #expect(error?.reason == .unsolicitedReply)
    }
  }

  @Test func forgetsWhatCameInTheClear() {
    Script(
      "capabilities and bare LF of before TLS", security: .startTLS,
      """
      L: +OK <a@b>
      C: CAPA
      L: +OK
      L: STLS
      L: SASL PLAIN
      L: PIPELINING
      L: .
      C: STLS
      L: +OK
      = startTLS
      TLS
      C: CAPA
      S: -ERR
      C: USER mrose
      L: +OK
      S: still the same line
      C: PASS tanstaaf
      S: +OK
      = ready
      """
    ).run()
  }

  @Test func writesTheCredentialInTheClearOnlyWhereTheOwnerAllowsIt() {
    Script(
      "plaintext", security: .plaintext, asks: false,
      "S: +OK\nC: USER mrose\nS: +OK\nC: PASS tanstaaf"
    ).run()
  }

  @Test func triesUserUnderTLSWhereNothingIsAnnounced() {
    Script("a wrong list", "S: +OK\nC: CAPA\nS: +OK\nS: TOP\nS: .\nC: USER mrose").run()
  }

  @Test(arguments: [
    "-ERR unknown command PASS tanstaaf", "+OK PASS tanstaaf", "-ERR what is AG1yb3NlAHRhbnN0YWFm",
    // As LOGIN has it, behind another user name, and behind "user=mrose" as XOAUTH2 has it.
    "-ERR what is dGFuc3RhYWY=", "-ERR what is AG1yb3NlcwB0YW5zdGFhZg==",
    "-ERR what is dXNlcj1tcm9zZQFhdXRoPUJlYXJlciB0YW5zdGFhZgEB",
    "-ERR " + String(repeating: "x", count: 600),
  ])
  func keepsAnEchoOfTheSecretOutOfTheLog(reply: String) {
    let logins: [(Mechanism, [String])] = [
      (.user, ["+OK", "+OK"]), (.plain, ["+OK"]), (.plainChallenge, ["+OK", "+"]),
    ]
    for (mechanism, lines) in logins {
      var session = makeSession(.tls, mechanism, asks: false)
      for line in lines + [reply] {
        write(&session)
        _ = try? receive(line, &session)
        #expect(text(session.lastLine) == "" || line != reply)
        _ = try? receive("\r\n", &session)
      }
      #expect(text(session.lastLine) == "")
    }
  }

  @Test(arguments: ["PASS correct horse...", "AUTH PLAIN AG1yb3NlAGNvcnJl..."])
  func keepsTheBeginningOfTheSecretOutOfTheLog(echo: String) {
    for mechanism in [Mechanism.user, .plain] {
      var session = makeSession(
        .tls, mechanism, asks: false, secret: "correct horse battery staple")
      for line in (mechanism == .user ? ["+OK", "+OK"] : ["+OK"]) + ["-ERR unknown: \(echo)"] {
        write(&session)
        _ = try? receive("\(line)\r\n", &session)
      }
      #expect(session.state == .ended)
      #expect(text(session.lastLine) == "")
    }
  }

  /// Of a short secret, too few digits of base64 are its own.
  @Test(arguments: [secret, "ab", "x\u{FF}"]) func givesTheTextOfARefusalToTheLog(secret: String) {
    var session = makeSession(.tls, .user, asks: false, secret: secret)
    for line in ["+OK", "+OK", "-ERR \u{1B}[2J no"] {
      write(&session)
      _ = try? receive("\(line)\r\n", &session)
    }
    #expect(text(session.lastLine) == "-ERR \u{1B}[2J no")
  }
}
