/// Every bound of this module.
public enum Limits {
  /// Captures of a rule: nine groups, as POSIX numbers them, and seven names beside them.
  public static let captures = 16

  /// Bytes of a captured value: longer ones are cut before the character that does not fit.
  public static let captureValue = 256

  /// Bytes of a capture's name: `POPBELL_` and the name stay a short word.
  public static let captureName = 24

  /// Numbered groups of a rule, `{1}` to `{9}`; groups beyond them match, but are not captured.
  public static let groups = 9
}
