import Bytes

/// How programs read their arguments, as far as that makes code of some.
enum ArgumentReader {
  /// `-c` makes code of the first argument behind the options: POSIX, XCU, sh.
  case shell
  case interpreter(OptionLetters, OperandMeaning)
  /// All that it is given may be code: of a database, for one.
  case code
  /// All that it is given may be an option, or a part of what a shell runs on another machine.
  case remote
  /// Runs the program that it is given, and with one of the letters `code` what follows by a shell.
  case runner(code: StaticString)
}

/// The letters of an interpreter's options that take something.
struct OptionLetters {
  var code: StaticString = ""
  var values: StaticString = ""
  /// What they take is, or names, a script.
  var script: StaticString = ""

  enum Kind {
    case code, script, value
    /// The option holds its code itself.
    case attachedCode
    case other
    /// `--`
    case end

    /// How many arguments it has, the option among them.
    var length: Int {
      switch self {
      case .code, .script, .value: 2
      case .attachedCode, .other, .end: 1
      }
    }
  }

  /// What an option with these letters, alone or several behind one `-`, takes.
  func kind(of text: [UInt8]) -> Kind {
    if text.span.equals("--") { return .end }
    if text.span.hasPrefix("--") {
      if text.span.equals("--file") { return .script }
      let isCode = text.span.isOne(of: "--eval,--execute,--source,--expression,--print,--run")
      return isCode ? .code : .other
    }
    for place in text.indices.dropFirst() {
      let isLast = place + 1 == text.count
      if code.contains(text[place]) { return isLast ? .code : .attachedCode }
      if script.contains(text[place]) { return isLast ? .script : .attachedCode }
      if values.contains(text[place]) { return isLast ? .value : .other }
    }
    return .other
  }
}

/// What an interpreter's first argument is that is no option, and what comes after code.
enum OperandMeaning {
  /// A script's name; after code only arguments of that code.
  case arguments
  /// A script's name; after code options as before.
  case options
  /// Code, where no option gave any.
  case code
  /// The same, and options may stand anywhere.
  case codeAmongOptions

  var readsOperand: CodeArgument.Reason {
    switch self {
    case .arguments, .options: .option
    case .code, .codeAmongOptions: .code
    }
  }
}

/// How the program reads that is called `name`; nil where its arguments are taken for text.
func reader(of name: Span<UInt8>) -> ArgumentReader? {
  if name.isOne(of: "sh,bash,rbash,dash,ash,zsh,ksh,ksh93,mksh,lksh,yash,posh,fish,csh,tcsh") {
    return .shell
  }
  if name.isOne(of: "ssh,dbclient,slogin,rsh") { return .remote }
  if name.isOne(of: "su,runuser,flock") { return .runner(code: "c") }
  if name.isOne(of: "env") { return .runner(code: "S") }
  if name.isOne(of: "sudo,doas") { return .runner(code: "si") }
  if name.isOne(
    of: """
      busybox,toybox,nice,ionice,chrt,taskset,timeout,setsid,nohup,stdbuf,chroot,xargs,\
      unshare,nsenter,setpriv,systemd-run,start-stop-daemon,pkexec,run0
      """)
  {
    return .runner(code: "")
  }
  if name.isOne(of: "psql,mysql,mariadb,sqlite3,pwsh") { return .code }
  let language = name.extracting(..<lengthWithoutVersion(name))
  if language.isOne(of: "python,pypy,micropython") {
    return .interpreter(OptionLetters(code: "c", values: "WX", script: "m"), .arguments)
  }
  if language.isOne(of: "perl") {
    return .interpreter(OptionLetters(code: "eE", values: "I"), .options)
  }
  if language.isOne(of: "ruby") {
    return .interpreter(OptionLetters(code: "e", values: "CEIr"), .options)
  }
  if language.isOne(of: "lua,luajit") {
    return .interpreter(OptionLetters(code: "e", values: "l"), .options)
  }
  if language.isOne(of: "node,nodejs") {
    return .interpreter(OptionLetters(code: "ep", values: "r"), .options)
  }
  if language.isOne(of: "php") {
    return .interpreter(OptionLetters(code: "rBRE", values: "cd", script: "fF"), .options)
  }
  if language.isOne(of: "awk,gawk,mawk,nawk,original-awk") {
    return .interpreter(OptionLetters(code: "e", values: "Fv", script: "f"), .code)
  }
  if language.isOne(of: "sed") {
    return .interpreter(OptionLetters(code: "e", values: "l", script: "f"), .codeAmongOptions)
  }
  if language.isOne(of: "tclsh,expect") {
    return .interpreter(OptionLetters(code: "c", script: "f"), .options)
  }
  return nil
}

/// A program's name without what distributions add: `python3.11` is Python.
private func lengthWithoutVersion(_ name: Span<UInt8>) -> Int {
  var length = name.count
  while length > 0, name[length - 1].isDigit || name[length - 1] == .ascii(".") { length -= 1 }
  return length
}

extension StaticString {
  /// True if one of its bytes is `letter`.
  func contains(_ letter: UInt8) -> Bool {
    (0..<utf8CodeUnitCount).contains { byte(at: $0) == letter }
  }
}

extension Span<UInt8> {
  /// True if it is one of the words between the commas of `words`.
  fileprivate func isOne(of words: StaticString) -> Bool {
    parts(of: [UInt8](words)) { $0 == .ascii(",") }.contains { $0.span.equals(self) }
  }
}
