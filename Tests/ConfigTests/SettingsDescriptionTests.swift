import Config
import Rules
import TestSupport
import Testing

@Suite struct SettingsDescriptionTests {
  private func described(_ lines: String) throws -> String {
    var bytes: [UInt8] = []
    try settings(lines).describe(into: &bytes)
    return text(bytes.span)
  }

  @Test func saysAllThatItUnderstood() throws {
    let file = """
      [mailbox alarms]
      server        = pop.example.net          # implicit TLS, port 995
      user          = alarms@example.net
      password-file = /etc/popbell/alarms.password
      interval      = 60s

      [output siren]
      line   = GPIO17                          # by name
      active = low
      max-on = 5m

      [rule intrusion]
      subject = ALARM zone {zone} *            # wildcard
      from    = *@panel.example.net
      pulse   = siren 10s
      run     = /usr/local/bin/notify zone-{zone}
      then    = delete after 14d
      archive = none
      """
    let expected = """
      mailbox alarms
        server pop.example.net, port 995, TLS from the start, certificates of the system
        user alarms@example.net, password from /etc/popbell/alarms.password
        login auto
        poll every 1m, for at most 1m
        leave messages that no rule takes
        at the first poll, mail of the last hour fires, and older mail does not
        batch 20, archive none, ledger disk
      output siren
        line GPIO17, active low
        off at start; on for at most 5m, then off for at least 30s
      rule intrusion
        subject = ALARM zone {zone} *
        from = *@panel.example.net
        pulse siren 10s
        run /usr/local/bin/notify zone-{zone}
        fire up to an age of 1d; leave old messages
        archive none
        then delete the message after 14d; after a crash fire again; retry for 1d; programs run at most 30s
      popbell
        state in /var/lib/popbell
        fetchers run as popbell where popbell runs as root

      """
    #expect(try described(file) == expected)
  }

  @Test func saysWhatIsUnusual() throws {
    let file = """
      [mailbox m]
      server = localhost
      tls = none
      user = u
      password-command = /usr/bin/pass show "my mail"
      unmatched = delete
      archive = /srv/mail
      batch = 1
      ledger = none
      capabilities = skip
      auth = plain-challenge
      [mailbox n]
      server = x
      tls = starttls
      ca = /etc/ca.pem
      user = v
      password-credential = pop
      [output o]
      line = 17
      chip = gpiochip0
      drive = open-drain
      bias = pull-up
      initial = active
      max-on = never
      [output p]
      line = 1
      chip = simulated
      [rule r]
      mailbox = n
      subject = x
      case = sensitive
      archive = /srv/alarms
      toggle = o
      then = keep
      on-crash = never
      """
    let text = try described(file)
    for line in [
      "server localhost, port 110, NO TLS: anyone on the way can read the password",
      "user u, password from the program /usr/bin/pass show \"my mail\"",
      "login plain-challenge, the server is not asked what it can do",
      "delete messages that no rule takes",
      "batch 1, archive /srv/mail, ledger none: after a restart, what is still on the server "
        + "fires again",
      "server x, port 110, TLS by STLS, never without, certificates /etc/ca.pem",
      "user v, password from $CREDENTIALS_DIRECTORY/pop",
      "line 17 of gpiochip0, active high, bias pull-up, open-drain", "on at start",
      "line 1, simulated: nothing is switched, active high", "mailbox = n",
      "subject = x (case matters)", "toggle o", "archive /srv/alarms",
    ] {
      #expect(text.contains("  \(line)\n"), "\(line)")
    }
  }
}
