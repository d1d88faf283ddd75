/// The texts of `--help`: what a command does, how it is called, what its exit code says.
enum Help {
  static let popbell: StaticString = """
    popbell turns e-mail alerts into action: it polls a mailbox, matches subjects, switches GPIO
    lines or runs programs, and only then deletes the message.

    Usage: popbell COMMAND [OPTION…]

      run       poll for ever, as a service
      once      poll each mailbox once, for cron
      check     check the configuration and say what was understood
      match     say which rule would take a message, and what it would do
      gpio      list the lines of this machine, set an output by hand, watch who takes lines
      ledger    show what has fired, export it, forget it

    Options of all commands:
      -c, --config FILE   the configuration (default /etc/popbell/popbell.conf)
      -v, --verbose       log more
      -h, --help          help, also 'popbell COMMAND --help'
          --version       the version

    """

  static let run: StaticString = """
    Usage: popbell run [-c FILE] [-v]

    Polls the mailboxes of the configuration until it is stopped.

    Signals:
      SIGTERM, SIGINT   stop within 2 s, all outputs inactive
      SIGHUP            read the configuration again; one with errors changes nothing
      SIGUSR1           poll now

    Exit code: 0 stopped, 78 the configuration has errors, 71 the machine is in trouble.

    """

  static let once: StaticString = """
    Usage: popbell once [-c FILE] [-v] [-n]

    Polls each mailbox once, waits for pulses to end, and prints what came of it.

      -n, --dry-run   say what would fire, and why rules do not take a message; fire nothing,
                      delete nothing

    Exit code: 0 polled, 69 server unreachable, 75 try later (or an action failed),
    76 protocol error, 77 login refused, 78 the configuration has errors,
    71 the machine is in trouble.

    """

  static let check: StaticString = """
    Usage: popbell check [-c FILE]

    Checks the configuration and the files that it names, prints every error, or what was
    understood, and warns of what is likely not meant.

    Exit code: 0 it holds, also with warnings, 78 it has errors.

    """

  static let match: StaticString = """
    Usage: popbell match [-c FILE] [-m MAILBOX] [MESSAGE…]

    Says for each message, a file or standard input ('-'), which rule would take it, and what
    would be done; and why each rule that was tried does not take it. Nothing is done.

      -m, --mailbox NAME   as if it were in this mailbox (default: the first)

    Exit code: 0 each was taken by a rule, 1 one was not, 66 one cannot be read,
    78 the configuration has errors.

    """

  static let gpio: StaticString = """
    Usage: popbell gpio list [CHIP]
           popbell gpio set OUTPUT on|off|pulse TIME [-c FILE]
           popbell gpio off [-c FILE]
           popbell gpio watch [OUTPUT|LINE|CHIP [LINE…]] [-c FILE]

      list    the chips and their lines: number, name, direction, and who holds it
      set     drive an output of the configuration, on until Ctrl-C, SIGTERM or its max-on
      off     make all outputs of the configuration inactive
      watch   print when lines are taken and released, until Ctrl-C; a line's level is known
              only to who holds it

    What is printed to a pipe or a file is for programs: fields between tabs, '-' where empty.

    Exit code: 0 done, 69 no such chip or line, 75 the line is held by another, 77 no permission,
    78 the configuration has errors, 71 the machine is in trouble.

    """

  static let ledger: StaticString = """
    Usage: popbell ledger show [MAILBOX] [-c FILE]
           popbell ledger export [MAILBOX] [-c FILE]
           popbell ledger forget UIDL|IDENTITY|all [MAILBOX] [-c FILE]

      show     what fired and when, by which rule, what is kept and what waits, the newest first
      export   all of that as JSON, an object on each line
      forget   let a message fire again, as the server names it or as 'show' does; or all

    Each works beside a running service, which forgets before its next poll. What 'show' prints to
    a pipe or a file is for programs: fields between tabs, '-' where empty.

    Exit code: 0 done, 65 no such message or several, 77 no permission, 78 the configuration has
    errors, 71 a ledger cannot be read or the machine is in trouble.

    """
}
