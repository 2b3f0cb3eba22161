using KvCompose.Conformance.Comparing;
using KvCompose.Reference;

namespace KvCompose.Conformance.Kinds.FastKv;

/// <summary>
/// Cases on which the published code raises an error. Ours either refuses the parameters with an argument exception or follows
/// the documented rule for short prompts: everything is kept. It never returns another selection.
/// </summary>
internal static class ReferenceError
{
    /// <summary>Fails unless the selection is refused or keeps all tokens of all heads.</summary>
    public static void KeepsEverything(Func<TokenSelection> select, int tokens)
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

        Expect.True(!selection.Compressed, "the published code raises an error, but a selection was made");
        Array.ForEach(selection.Kept, kept => Expect.SameSet(Enumerable.Range(0, tokens).ToArray(), kept, "fallback"));
    }
}
