import Bytes
import Rules

/// Throws if a program, or one that it runs, would read a value in the command as code or as an option, and
/// the value's pattern does not restrict it to harmless characters.
///
/// The command is the program and its arguments. The search knows only as much of programs' options as it
/// needs to find code; in doubt, an argument counts as code.
func checkCode(_ command: [Template], _ captures: CaptureNames) throws(ValueProblem) {
  try check(command) { value in
    let alphabet: Alphabet =
      switch value {
      case .subject, .from, .to, .date, .messageID, .uniqueID: .anything
      case .rule: .plain  // It is the owner's.
      case .capture(let index): captures.alphabets[index]
      }
    return (captures.name(of: value), alphabet)
  }
}

/// The same check for the program of `on-trouble`, as texts of the log may contain a stranger's words.
func checkCode(_ command: [TroubleTemplate]) throws(ValueProblem) {
  try check(command) { value in
    switch value {
    case .event, .mailbox: ([UInt8](value.name), .plain)
    case .text: ([UInt8](value.name), .anything)
    }
  }
}

private func check<Value>(
  _ command: [TextTemplate<Value>], _ meaning: (Value) -> Argument.Value
) throws(ValueProblem) {
  let command = command.map {
    let values = $0.values.map(meaning)
    return Argument(source: $0.source, text: values.isEmpty ? $0.source : $0.prefix, values: values)
  }
  do throws(CodeArgument) { try CodeSearch(command: command).search() } catch { throw .code(error) }
}

/// An argument of a command, with values of any kind.
private struct Argument {
  typealias Value = (name: [UInt8], alphabet: Alphabet)

  let source: [UInt8]
  /// The text before the first value; the whole text if there is none.
  let text: [UInt8]
  let values: [Value]
}

private struct CodeSearch {
  let command: [Argument]

  /// Searches the command, and any shell or interpreter within it, whatever starts that: `docker exec app sh
  /// -c`. For those within, only a word behind an option for code counts as code.
  func search() throws(CodeArgument) {
    try search(from: 0)
    for index in command.indices.dropFirst() where command[index].values.isEmpty {
      switch reader(of: programName(index).span) {
      case .shell, .interpreter:
        do throws(CodeArgument) { try search(from: index) } catch {
          guard error.reason == .option else { throw error }
        }
      case .code, .remote, .runner, nil: break
      }
    }
  }

  /// Searches the command that begins with the argument `start`.
  func search(from start: Int) throws(CodeArgument) {
    switch reader(of: programName(start).span) {
    case nil: break
    case .shell: try searchShell(start)
    case .interpreter(let options, let rest): try searchInterpreter(start, options, rest)
    case .code: for index in start + 1..<command.count { try refuse(index, of: start, .code) }
    case .remote: try searchRemote(start)
    case .runner(let code): try searchRunner(start, code)
    }
  }

  private func searchShell(_ start: Int) throws(CodeArgument) {
    var (index, readsCode) = (start + 1, false)
    while index < command.count, try isOption(index, of: start, readsCode ? .shellCode : .option) {
      let text = command[index].source
      index += 1
      if text.span.equals("--") { break }
      if text[1] == .ascii("-") { continue }
      readsCode = readsCode || text.contains(.ascii("c"))
      // -o takes the name of an option of the shell.
      if text.last == .ascii("o") || text.last == .ascii("O") { index += 1 }
    }
    try refuse(index, of: start, readsCode ? .shellCode : .option)
  }

  private func searchInterpreter(
    _ start: Int, _ options: OptionLetters, _ rest: OperandMeaning
  ) throws(CodeArgument) {
    var (index, hasCode, isBehindOptions) = (start + 1, false, false)
    while index < command.count {
      let reason = hasCode ? .option : rest.readsOperand
      let isOption = isBehindOptions ? false : try isOption(index, of: start, reason, options)
      guard isOption else {
        if !hasCode { try refuse(index, of: start, reason) }
        guard rest == .codeAmongOptions, !isBehindOptions else { return }
        hasCode = true
        index += 1
        continue
      }
      let kind = options.kind(of: command[index].source)
      switch kind {
      case .end: isBehindOptions = true
      case .other, .attachedCode: break
      case .code: try refuse(index + 1, of: start, .code)
      case .script: try refuse(index + 1, of: start, .option)
      case .value: break
      }
      index += kind.length
      hasCode = hasCode || kind == .code || kind == .attachedCode || kind == .script
      if hasCode && rest == .arguments || kind == .script && rest == .options { return }
    }
  }

  private func searchRemote(_ start: Int) throws(CodeArgument) {
    var hasHost = false
    for index in start + 1..<command.count {
      try refuse(index, of: start, .remoteCode)
      if !hasHost { hasHost = !(try isOption(index, of: start, .option)) }
    }
  }

  private func searchRunner(_ start: Int, _ code: StaticString) throws(CodeArgument) {
    let runsShell = code.utf8CodeUnitCount > 0 && code.byte(at: 0) == .ascii("c")
    var hasWord = false
    for index in start + 1..<command.count {
      let argument = command[index]
      let text = argument.text
      if isCodeOption(text, code) {
        for next in index..<(code.contains(.ascii("s")) ? command.count : index + 2) {
          try refuse(next, of: start, .shellCode)
        }
      } else if let value = argument.values.first {
        if text.isEmpty, !hasWord, value.alphabet != .plain {
          throw problem(.option, start, index, value)
        }
      } else if text.first != .ascii("-"), !text.contains(.ascii("=")) {
        try search(from: index)
        // The arguments behind another program are its own, except that su accepts options anywhere.
        let isProgram = text.first == .ascii("/") || reader(of: programName(index).span) != nil
        if isProgram && !runsShell { return }
        hasWord = hasWord || text.first?.isDigit == false
      }
    }
  }

  /// True if the argument is an option. Throws if a value could make it one; `reason` is what the argument
  /// would be otherwise.
  private func isOption(
    _ index: Int, of start: Int, _ reason: CodeArgument.Reason,
    _ options: OptionLetters = OptionLetters()
  ) throws(CodeArgument) -> Bool {
    let argument = command[index]
    let text = argument.text
    guard let value = argument.values.first else {
      return text.count > 1 && (text[0] == .ascii("-") || text[0] == .ascii("+"))
    }
    guard let first = text.first else {
      switch value.alphabet {
      case .plain: return false
      case .plainOrHyphen: throw problem(.option, start, index, value)
      case .anything: throw problem(reason, start, index, value)
      }
    }
    guard first == .ascii("-") else { return false }
    switch options.kind(of: text) {
    case .code, .attachedCode: try refuse(index, of: start, .code)
    case .value: break
    case .other where text.count > 1 && options.values.contains(text[1]): break
    case .other, .script, .end: try refuse(index, of: start, .option)
    }
    return true
  }

  /// Throws if the argument `index` exists and has a value that can contain any character.
  private func refuse(
    _ index: Int, of start: Int, _ reason: CodeArgument.Reason
  ) throws(CodeArgument) {
    guard index < command.count else { return }
    for value in command[index].values where value.alphabet == .anything {
      throw problem(reason, start, index, value)
    }
  }

  private func problem(
    _ reason: CodeArgument.Reason, _ start: Int, _ index: Int, _ value: Argument.Value
  ) -> CodeArgument {
    CodeArgument(
      reason: reason, program: programName(start), argument: index, value: value.name)
  }

  /// The last component of the path.
  private func programName(_ index: Int) -> [UInt8] {
    let path = command[index].source
    return [UInt8](path[(path.lastIndex(of: .ascii("/")).map { $0 + 1 } ?? 0)...])
  }
}

/// True if this option of a runner makes a shell run what follows, or the runner split it itself.
private func isCodeOption(_ text: [UInt8], _ code: StaticString) -> Bool {
  guard text.count > 1, text[0] == .ascii("-") else { return false }
  guard text[1] == .ascii("-") else { return text.contains { code.contains($0) } }
  return code.contains(.ascii("c"))
    && (text.span.hasPrefix("--command") || text.span.hasPrefix("--session-command"))
    || code.contains(.ascii("S")) && text.span.hasPrefix("--split-string")
    || code.contains(.ascii("s")) && (text.span.equals("--shell") || text.span.equals("--login"))
}
