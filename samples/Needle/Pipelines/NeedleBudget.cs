using System.Globalization;
using KvCompose.Residency.Pages;

namespace KvCompose.Samples.Needle;

/// <summary>What the command line allows a key-value head to keep, for texts of one length.</summary>
/// <param name="Uniform">A number of tokens, or a share of the text.</param>
/// <param name="Length">Tokens of a text.</param>
internal readonly record struct NeedleBudget(UniformBudget Uniform, int Length)
{
    private const double LeastShare = 0.1;

    /// <summary>Whether retrievals are compared with the best tokens.</summary>
    public bool MeasureRecall { get; init; }

    /// <summary>As a number of tokens. A share of a text that is shorter than what is always kept means that.</summary>
    public int Tokens => Uniform.Tokens > 0 ? Uniform.Tokens : Math.Max(EmbeddedModel.Window, (int)(Length * Uniform.Ratio));

    /// <summary>
    /// As a share of the text, but enough for the heads that keep every token and for a tenth of the text under each other one: a smaller
    /// budget cannot be met.
    /// </summary>
    public double RatioWithFullHeads(HeadProfile profile)
    {
        double full = (double)profile.FullHeads / profile.Heads;
        return Math.Clamp((double)Tokens / Length, full + ((1 - full) * LeastShare), 1);
    }

    /// <inheritdoc/>
    public override string ToString() => Uniform.Tokens > 0
        ? Uniform.Tokens.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{100 * Uniform.Ratio:0.##} %");

    /// <summary>The part of the tokens that stays where others come and go: a quarter, but no less than is always kept.</summary>
    public int Resident => Math.Max(2 * EmbeddedModel.Window, Tokens / 4);

    /// <summary>The part that comes and goes.</summary>
    public int Retrieved => Math.Max(PageIndexSettings.PageTokens, Tokens - Resident);
}
