namespace KvCompose.Evaluation;

/// <summary>When a method has paid for itself.</summary>
public static class BreakEven
{
    /// <summary>
    /// Tokens of output from which on a method is faster than the full cache, the first token included: its extra time to the first token
    /// over what it saves at every further one. 0 if it is ahead from the first token on, null if it never catches up.
    /// </summary>
    /// <param name="firstTokenMs">The method's time to the first token.</param>
    /// <param name="perTokenMs">The method's time of a step.</param>
    /// <param name="fullFirstTokenMs">The full cache's time to the first token.</param>
    /// <param name="fullPerTokenMs">The full cache's time of a step.</param>
    public static double? OutputTokens(double firstTokenMs, double perTokenMs, double fullFirstTokenMs, double fullPerTokenMs)
    {
        double behind = firstTokenMs - fullFirstTokenMs, saved = fullPerTokenMs - perTokenMs;
        return behind <= 0 && saved >= 0 ? 0 : saved > 0 ? Math.Ceiling(behind / saved) : null;
    }
}
