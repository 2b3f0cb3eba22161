using KvCompose.Conformance.Comparing;
using KvCompose.Reference;

namespace KvCompose.Conformance.Kinds.FastKv;

/// <summary>
/// Cases on which the published code raises an error. Ours either refuses the parameters with an argument exception or follows
/// the documented rule: protected tokens are kept, and everything where that is all. It never returns another selection.
/// </summary>
internal static class ReferenceError
{
    /// <summary>Fails unless the selection is refused or keeps exactly the protected tokens of all heads.</summary>
    /// <param name="select">Selects.</param>
    /// <param name="tokens">Tokens of the prompt.</param>
    /// <param name="sinks">Protected ones at its start.</param>
    /// <param name="window">Protected ones at its end.</param>
    public static void KeepsTheProtected(Func<TokenSelection> select, int tokens, int sinks, int window)
    {
        TokenSelection selection;
        try
        {
            selection = select();
        }
        catch (ArgumentException)
        {
            return;
        }

        int[] kept = [.. Enumerable.Range(0, tokens).Where(token => token < sinks || token >= tokens - window)];
        Array.ForEach(selection.Kept, head => Expect.SameSet(kept, head, "fallback"));
    }
}
