using System.ComponentModel;

namespace KvCompose.Cache;

/// <summary>What a prompt leaves of pages, as far as the roles of a pipeline's options tell. Compilers reckon with it where the model is named, sessions where it is not.</summary>
/// <param name="Tokens">Tokens that a head keeps of a prompt that is longer; 0 where another number decides.</param>
/// <param name="Kibibytes">KiB of all heads' pages that decide instead; 0 where none do.</param>
/// <param name="Rate">The share of the prompt that stays, where both are 0.</param>
/// <param name="ProtectedTokens">Tokens that a head always keeps.</param>
/// <param name="Exact">Whether every head of every layer holds just that, so that a figure is no bound.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly record struct PromptMemory(int Tokens, int Kibibytes, double Rate, int ProtectedTokens, bool Exact)
{
    /// <summary>Tokens that a head keeps of a prompt that is longer; 0 where that goes by the prompt.</summary>
    /// <param name="layout">The pages.</param>
    /// <param name="tables">Key-value heads of all layers.</param>
    public int Kept(PageLayout layout, long tables) => Tokens > 0 || Kibibytes == 0
        ? Tokens
        : (int)Math.Min(1024L * Kibibytes / (tables * layout.PageBytes) * layout.PageTokens, int.MaxValue / 2);

    /// <summary>Bytes of the pages of all layers and heads after a prompt.</summary>
    /// <param name="layout">The pages.</param>
    /// <param name="tables">Key-value heads of all layers.</param>
    /// <param name="promptTokens">Length of the prompt.</param>
    public long Bytes(PageLayout layout, long tables, int promptTokens)
    {
        int decided = Kept(layout, tables), kept = decided > 0 ? decided : (int)(promptTokens * Rate);
        int held = Math.Min(promptTokens, Math.Max(kept, Math.Max(1, ProtectedTokens)));

        // Where heads hold unequal numbers, each may end in a page that one token has begun.
        long pages = Exact || held == promptTokens
            ? tables * ((held + layout.PageTokens - 1) / layout.PageTokens)
            : ((tables * held) + (tables * (layout.PageTokens - 1))) / layout.PageTokens;
        return pages * layout.PageBytes;
    }

    /// <summary>The shortest prompt that leaves more than a limit, or 0 if none up to the longest does.</summary>
    /// <param name="layout">The pages.</param>
    /// <param name="tables">Key-value heads of all layers.</param>
    /// <param name="longest">Tokens of the longest prompt.</param>
    /// <param name="limit">Bytes.</param>
    public int Overrun(PageLayout layout, long tables, int longest, long limit)
    {
        for (int tokens = 1; tokens <= longest; tokens++)
        {
            if (Bytes(layout, tables, tokens) > limit)
            {
                return tokens;
            }
        }

        return 0;
    }
}
