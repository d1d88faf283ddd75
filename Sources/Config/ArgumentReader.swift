import Bytes

/// How a program reads its arguments, as far as this may turn some of them into code.
enum ArgumentReader {
  /// A shell: with `-c`, the first operand is code (POSIX, XCU, sh).
  case shell
  case interpreter(OptionLetters, OperandMeaning)
  /// Every argument may be code, as for a database client.
  case code
  /// Every argument may be an option, or part of a command for a shell on another machine.
  case remote
  /// Runs another program. With one of the options `code`, a shell runs what follows.
  case runner(code: StaticString)
}

/// The letters of an interpreter's options that take an argument.
struct OptionLetters {
  var code: StaticString = ""
  var values: StaticString = ""
  /// Options whose argument is a script or the name of one.
  var script: StaticString = ""

  enum Kind {
    case code, script, value
    /// An option with its code attached.
    case attachedCode
    case other
    /// `--`
    case end

    /// Number of arguments that the option takes up, including itself.
    var length: Int {
      switch self {
      case .code, .script, .value: 2
      case .attachedCode, .other, .end: 1
      }
    }
  }

  /// The kind of an option argument, which may combine several letters behind one `-`.
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

/// The meaning of an interpreter's first operand, and of the arguments behind code.
enum OperandMeaning {
  /// The operand is a script's name; behind code are only arguments of that code.
  case arguments
  /// The operand is a script's name; behind code are further options.
  case options
  /// The operand is code, unless an option gave some.
  case code
  /// As `code`, but options may be anywhere.
  case codeAmongOptions

  var readsOperand: CodeArgument.Reason {
    switch self {
    case .arguments, .options: .option
    case .code, .codeAmongOptions: .code
    }
  }
}

/// How the program `name` reads its arguments; nil if it treats them as text.
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

/// Length of a program's name without a version at its end: `python3.11` is Python.
private func lengthWithoutVersion(_ name: Span<UInt8>) -> Int {
  var length = name.count
  while length > 0, name[length - 1].isDigit || name[length - 1] == .ascii(".") { length -= 1 }
  return length
}

extension StaticString {
  /// True if the string contains the byte `letter`.
  func contains(_ letter: UInt8) -> Bool {
    (0..<utf8CodeUnitCount).contains { byte(at: $0) == letter }
  }
}

extension Span<UInt8> {
  /// True if the bytes are one of `words`, which are separated by commas.
  fileprivate func isOne(of words: StaticString) -> Bool {
    parts(of: [UInt8](words)) { $0 == .ascii(",") }.contains { $0.span.equals(self) }
  }
}
