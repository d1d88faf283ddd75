import POP3
import Testing

/// What servers do that no RFC says, by the number of the field notes' list.
@Suite struct QuirkTests {
  @Test(arguments: logins + listings + contents + refusals)
  func copesWith(quirk: Script) { quirk.run() }

  /// A session that is logged in, and what it then is asked and told.
  static func ready(
    _ name: String, pipelining: Bool = false, _ text: String
  ) -> Script {
    let login = """
      S: +OK
      C: CAPA
      S: +OK
      S: USER
      S: \(pipelining ? "PIPELINING" : "TOP")
      S: .
      C: USER mrose
      S: +OK
      C: PASS tanstaaf
      S: +OK

      """
    let again = "C: CAPA\nS: -ERR\n= ready\n"
    return Script(name, login + (pipelining ? "= ready\n" : again) + text)
  }

  static let logins =
    ["+", "+ ", "+ bWVodWg=", "+ go on", "+OK", "+ok go on"].map { reply in
      Script(
        "1: \(reply) where a continuation is due", mechanism: .plainChallenge, asks: false,
        """
        S: +OK
        C: AUTH PLAIN
        R: \(reply)\\r\\n
        C: AG1yb3NlAHRhbnN0YWFm
        S: +OK
        = ready
        """)
    } + [
      Script(
        "1: a continuation though the response was there", mechanism: .plain, asks: false,
        """
        S: +OK
        C: AUTH PLAIN AG1yb3NlAHRhbnN0YWFm
        S: +
        C: AG1yb3NlAHRhbnN0YWFm
        S: +OK
        = ready
        """),
      Script(
        "a continuation after the response", mechanism: .plainChallenge, asks: false,
        "S: +OK\nC: AUTH PLAIN\nS: +\nC: AG1yb3NlAHRhbnN0YWFm\nS: +\n= throws strangeReply"),
      Script(
        "a continuation where USER has none", mechanism: .user, asks: false,
        "S: +OK\nC: USER mrose\nS: +\n= throws strangeReply"),
      Script(
        "a continuation where APOP has none", mechanism: .apop, asks: false,
        """
        S: +OK <1896.697170952@dbc.mtview.ca.us>
        C: APOP mrose c4c9334bac560ecc979e58001b3e22fb
        S: +
        = throws strangeReply
        """),
      Script(
        "3: CAPA is not asked", asks: false,
        """
        S: +OK
        C: USER mrose
        S: +OK
        C: PASS tanstaaf
        S: +OK
        = ready
        """),
      Script(
        "4: capabilities in small letters, and lines that begin with a dot",
        """
        S: +ok
        C: CAPA
        S: +ok
        S: ..
        S: .capability
        S: sasl plain
        S: pipelining
        S: .
        C: AUTH PLAIN AG1yb3NlAHRhbnN0YWFm
        S: +ok
        = ready
        """),
      Script(
        "6: automatic leaves a stamp alone", asks: false,
        """
        S: +OK <1896.697170952@dbc.mtview.ca.us>
        C: USER mrose
        """),
      Script(
        "15: PIPELINING is not dropped by what comes after the login",
        """
        S: +OK
        C: CAPA
        S: +OK
        S: PIPELINING
        S: .
        C: USER mrose
        S: +OK
        C: PASS tanstaaf
        S: +OK
        = ready
        > noop, noop
        C: NOOP
        C: NOOP
        S: +OK
        S: +OK
        = done
        = done
        """),
      Script("20: greeting in use", "S: -ERR [IN-USE] busy\n= rejected greeting inUse"),
      Script("20: greeting temporary", "S: -ERR [SYS/TEMP] no\n= rejected greeting temporary"),
      Script("20: greeting permanent", "S: -ERR [sys/perm] no\n= rejected greeting permanent"),
    ]

  static let listings = [
    ready("5: an empty mailbox", "> uidl\nC: UIDL\nS: +OK\nS: .\n= end of listing, skipped 0"),
    ready("7: negative octets", "> stat\nC: STAT\nS: +OK 3 -1\n= status 3 -"),
    ready(
      "7: octets over 64 bits", "> stat\nC: STAT\nS: +OK  3  99999999999999999999\n= status 3 -"),
    ready("7: no octets", "> stat\nC: STAT\nS: +OK 0\n= status 0 -"),
    ready("7: no count", "> stat\nC: STAT\nS: +OK\n= throws malformedStatus"),
    ready("7: a negative count", "> stat\nC: STAT\nS: +OK -1 0\n= throws malformedStatus"),
    ready(
      "8: unique-ids",
      #"""
      > uidl
      C: UIDL
      S: +OK
      S: 1   abc
      S:  2 abc
      S: 3
      R: 4 \r\n
      S: 5 two words
      S: 6 é
      S: 7 0123456789012345678901234567890123456789012345678901234567890123456789
      S: 8 01234567890123456789012345678901234567890123456789012345678901234567890
      S: 9 a\0b
      S: 10 ../../etc/x
      S: 10 .
      S: 0 zero
      S: -1 minus
      S: 1000000 last
      S: 1000001 over
      S: 99999999999999999999 far
      S: missing
      S:
      S: ..11 dot
      R: 12 a\nb\r\n
      S: .
      = uid 1 abc
      = uid 2 abc
      = uid 3 -
      = uid 4 -
      = uid 5 -
      = uid 6 é
      = uid 7 0123456789012345678901234567890123456789012345678901234567890123456789
      = uid 8 -
      = uid 9 -
      = uid 10 ../../etc/x
      = uid 10 .
      = uid 1000000 last
      = uid 12 -
      = end of listing, skipped 7
      """#),
    ready(
      "8: sizes",
      """
      > list
      C: LIST
      S: +OK 2 messages
      S: 1    120
      S: 2
      S: 3 -7
      S: 4 120 more
      S: x 5
      S: .
      = list 1 120
      = list 2 -
      = list 3 -
      = list 4 120
      = end of listing, skipped 1
      """),
    ready("8: one unique-id", "> uidl 2\nC: UIDL 2\nS: +OK 2  abc\n= uid 2 abc"),
    ready("8: another's unique-id", "> uidl 2\nC: UIDL 2\nS: +OK 3 abc\n= uid 2 -"),
    ready("8: no number", "> uidl 2\nC: UIDL 2\nS: +OK abc\n= uid 2 abc"),
    ready(
      "8: one unique-id in several lines",
      """
      > uidl 2
      C: UIDL 2
      S: +OK unique-ids follow
      = uid 2 -
      > uidl
      C: UIDL
      S: 2 abc
      S: .
      S: +OK
      S: 1 x
      = uid 1 x
      S: .
      = end of listing, skipped 0
      """),
    ready("8: one size", "> list 2\nC: LIST 2\nS: +OK 2 7\n= list 2 7"),
    ready("8: another's size", "> list 2\nC: LIST 2\nS: +OK 1 7\n= list 2 -"),
  ]

  static let contents = [
    Script(
      "9: a server whose lines end in LF says so in the greeting", asks: false,
      #"""
      L: +OK
      C: USER mrose
      L: +OK
      C: PASS tanstaaf
      S: +OK
      = ready
      > top 1
      C: TOP 1 0
      L: +OK
      L: a
      L: ..
      R: \n.\n
      = content a\n.\n\n
      = end of 1
      > uidl
      C: UIDL
      L: +OK
      L: 1 a
      L: .
      = uid 1 a
      = end of listing, skipped 0
      """#),
    ready("9: a dot and LF is no end", "> top 1\nC: TOP 1 0\nS: +OK\nL: .\n= content \\n"),
    ready(
      "9: nor is a dot within a line", "> top 1\nC: TOP 1 0\nS: +OK\nS: a.\n= content a.\\r\\n"),
    ready(
      "10: +OK twice",
      "> top 1\nC: TOP 1 0\nS: +OK\nS: +OK\nS: .\n= content +OK\\r\\n\n= end of 1"),
    ready("14: no empty line", "> top 1\nC: TOP 1 0\nS: +OK\nS: .\n= end of 1"),
    ready(
      "a sender cannot write an end",
      #"""
      > top 1
      C: TOP 1 0
      S: +OK
      R: a\n.\n+OK\r.\r\n.\n-ERR\r\n
      R: .\r.\r\n.\r\r\n..\r\n.
      = content a\n.\n+OK\r.\r\n\n-ERR\r\n.\r\n\r\n.\r\n
      R: \r\n
      = end of 1
      """#),
    ready(
      "NUL and octets above 0x7F pass",
      "> retr 1\nC: RETR 1\nS: +OK\nS: a\\0é\nS: .\n= content a\\0\\c3\\a9\\r\\n\n= end of 1"),
  ]

  static let refusals = [
    ready("17: an empty line for DELE", "> dele 1\nC: DELE 1\nS:\n= refused emptyLine"),
    ready("17: and only there", "> noop\nC: NOOP\nS:\n= throws strangeReply"),
    ready("11: QUIT is refused", "> quit\nC: QUIT\nS: -ERR some not removed\n= refused none"),
    ready("RSET and STAT are refused", "> rset\nC: RSET\nS: -ERR [XYZ] no\n= refused other"),
    ready("a message went away", "> top 9\nC: TOP 9 0\nS: -ERR no such message\n= refused none"),
    ready("a continuation", "> noop\nC: NOOP\nS: +\n= throws strangeReply"),
    ready(
      "a server that hangs up", "S: -ERR Disconnected for inactivity\n= throws unsolicitedReply"),
    ready(
      "a reply before the command is there", pipelining: true,
      "S: +OK\n= throws unsolicitedReply"),
    ready(
      "more replies than commands", pipelining: true,
      "> noop\nC: NOOP\nS: +OK\nS: +OK\n= done\n= throws unsolicitedReply"),
  ]
}
