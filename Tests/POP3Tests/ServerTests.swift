import POP3
import Testing

/// What servers say, as far as field reports tell.
@Suite struct ServerTests {
  @Test(arguments: servers) func talksTo(server: Script) { server.run() }

  static let servers = [
    Script(
      "Dovecot",
      #"""
      S: +OK Dovecot (Debian) ready.
      C: CAPA
      S: +OK
      S: CAPA
      S: TOP
      S: UIDL
      S: RESP-CODES
      S: PIPELINING
      S: AUTH-RESP-CODE
      S: USER
      S: SASL PLAIN LOGIN
      S: .
      C: AUTH PLAIN AG1yb3NlAHRhbnN0YWFm
      S: +OK Logged in.
      = ready
      > stat, uidl
      C: STAT
      C: UIDL
      S: +OK 2 320
      = status 2 320
      S: +OK
      S: 1 0000000163a5f0e1
      S: 2 0000000263a5f0e1
      S: .
      = uid 1 0000000163a5f0e1
      = uid 2 0000000263a5f0e1
      = end of listing, skipped 0
      > top 1, top 2
      C: TOP 1 0
      C: TOP 2 0
      S: +OK
      S: Subject: ALARM
      S: ..dots
      S: .
      S: +OK
      S: Subject: two
      S:
      S: .
      = content Subject: ALARM\r\n.dots\r\n
      = end of 1
      = content Subject: two\r\n\r\n
      = end of 2
      > dele 1, noop, quit
      C: DELE 1
      C: NOOP
      C: QUIT
      S: +OK Marked to be deleted.
      S: +OK
      S: +OK Logging out, messages deleted.
      = deleted 1
      = done
      = goodbye
      R: trailing
      """#),
    Script(
      "Gmail announces PIPELINING after the login",
      #"""
      S: +OK Gpop ready for requests from 192.0.2.1 a1pf1234567
      C: CAPA
      S: +OK Capability list follows
      S: USER
      S: RESP-CODES
      S: EXPIRE 0
      S: LOGIN-DELAY 300
      S: TOP
      S: UIDL
      S: X-GOOGLE-RICO
      S: SASL PLAIN XOAUTH2
      S: .
      C: AUTH PLAIN AG1yb3NlAHRhbnN0YWFm
      S: +OK Welcome.
      C: CAPA
      S: +OK Capability list follows
      S: USER
      S: RESP-CODES
      S: PIPELINING
      S: EXPIRE 0
      S: LOGIN-DELAY 300
      S: TOP
      S: UIDL
      S: X-GOOGLE-RICO
      S: .
      = ready
      > noop, noop
      C: NOOP
      C: NOOP
      S: +OK
      S: +OK
      = done
      = done
      """#),
    Script(
      "Gmail wants an application password",
      #"""
      S: +OK Gpop ready
      C: CAPA
      S: +OK
      S: SASL PLAIN
      S: .
      C: AUTH PLAIN AG1yb3NlAHRhbnN0YWFm
      S: -ERR [AUTH] Application-specific password required
      = rejected auth authentication
      R: trailing
      """#),
    Script(
      "Exchange Online, no text and no PIPELINING", security: .startTLS,
      #"""
      S: +OK The Microsoft Exchange POP3 service is ready. [QQBNADAA]
      C: CAPA
      S: +OK
      S: TOP
      S: UIDL
      S: STLS
      S: .
      C: STLS
      S: +OK Begin TLS negotiation.
      = startTLS
      TLS
      C: CAPA
      S: +OK
      S: TOP
      S: UIDL
      S: SASL PLAIN XOAUTH2
      S: USER
      S: .
      C: AUTH PLAIN AG1yb3NlAHRhbnN0YWFm
      S: +OK User successfully logged on.
      C: CAPA
      S: +OK
      S: TOP
      S: UIDL
      S: SASL PLAIN XOAUTH2
      S: USER
      S: .
      = ready
      > dele 7
      C: DELE 7
      S:
      = refused emptyLine
      > quit
      C: QUIT
      S: +OK Microsoft Exchange Server POP3 server signing off.
      = goodbye
      """#),
    Script(
      "Zimbra",
      #"""
      S: +OK mail.example.net Zimbra POP3 server ready
      C: CAPA
      S: +OK Capability list follows
      S: TOP
      S: USER
      S: UIDL
      S: STLS
      S: SASL PLAIN X-ZIMBRA
      S: EXPIRE 31 USER
      S: XOIP
      S: IMPLEMENTATION ZimbraInc
      S: .
      C: AUTH PLAIN AG1yb3NlAHRhbnN0YWFm
      S: -ERR LOGIN failed
      = rejected auth none
      """#),
    Script(
      "Cyrus, too soon",
      #"""
      S: +OK server Cyrus POP3 v2.4 ready <1234.5678@mail.example.net>
      C: CAPA
      S: +OK List of capabilities follows
      S: SASL DIGEST-MD5
      S: STLS
      S: EXPIRE NEVER
      S: LOGIN-DELAY 60
      S: TOP
      S: UIDL
      S: PIPELINING
      S: RESP-CODES
      S: AUTH-RESP-CODE
      S: USER
      S: IMPLEMENTATION Cyrus POP3 server v2.4
      S: .
      C: USER mrose
      S: +OK Name is a valid mailbox
      C: PASS tanstaaf
      S: -ERR [LOGIN-DELAY] Logins must be at least 1 minute apart
      = rejected pass loginDelay
      """#),
    Script(
      "Courier",
      #"""
      S: +OK Hello there.
      C: CAPA
      S: +OK Here's what I can do:
      S: SASL LOGIN CRAM-MD5
      S: STLS
      S: TOP
      S: USER
      S: LOGIN-DELAY 10
      S: PIPELINING
      S: UIDL
      S: UTF8 USER
      S: LANG
      S: IMPLEMENTATION Courier Mail Server
      S: .
      C: USER mrose
      S: +OK Password required.
      C: PASS tanstaaf
      S: +OK logged in.
      = ready
      """#),
    Script(
      "o2.pl refuses CAPA after the login, and what it said before stands", security: .startTLS,
      #"""
      S: +OK POP3 server ready
      C: CAPA
      S: +OK
      S: STLS
      S: .
      C: STLS
      S: +OK
      = startTLS
      TLS
      C: CAPA
      S: +OK
      S: LAST
      S: TOP
      S: USER
      S: UIDL
      S: SASL LOGIN PLAIN
      S: .
      C: AUTH PLAIN AG1yb3NlAHRhbnN0YWFm
      S: +OK
      C: CAPA
      S: -ERR
      = ready
      > top 1
      C: TOP 1 0
      S: -ERR no such message
      = refused none
      """#),
    Script(
      "seznam.cz leaves out the blank after the plus", mechanism: .plainChallenge,
      #"""
      S: +OK
      C: CAPA
      S: +OK
      S: SASL PLAIN
      S: PIPELINING
      S: .
      C: AUTH PLAIN
      S: +
      C: AG1yb3NlAHRhbnN0YWFm
      S: +OK
      = ready
      """#),
    Script(
      "JPOP (AOL, Verizon) announces no UIDL",
      #"""
      S: +OK POP3 server ready (jpop-0.1)
      C: CAPA
      S: +OK
      S: IMPLEMENTATION jpop-0.1
      S: TOP
      S: USER
      S: SASL LOGIN PLAIN
      S: .
      C: AUTH PLAIN AG1yb3NlAHRhbnN0YWFm
      S: +OK
      C: CAPA
      S: +OK
      S: .
      = ready
      > uidl
      C: UIDL
      S: -ERR not implemented
      = refused none
      """#),
    Script(
      "POPgun has neither CAPA nor TOP",
      #"""
      S: +OK POPgun
      C: CAPA
      S: -ERR unknown command
      C: USER mrose
      S: +OK
      C: PASS tanstaaf
      S: +OK
      = ready
      > top 1
      C: TOP 1 0
      S: -ERR unknown command
      = refused none
      > retr 1
      C: RETR 1
      S: +OK message follows
      S: Subject: a
      S: .
      = content Subject: a\r\n
      = end of 1
      """#),
  ]
}
