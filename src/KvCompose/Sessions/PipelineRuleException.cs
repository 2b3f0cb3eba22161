namespace KvCompose;

/// <summary>
/// An open pipeline and a model do not fit: what the compiler checks where a declaration states the shape, found when a session was opened.
/// </summary>
/// <param name="rule">The rule, such as KVC2092; it has a page.</param>
/// <param name="message">What is wrong.</param>
public sealed class PipelineRuleException(string rule, string message) : ArgumentException($"{rule}: {message}")
{
    /// <summary>The rule, such as KVC2092.</summary>
    public string Rule { get; } = rule;
}
