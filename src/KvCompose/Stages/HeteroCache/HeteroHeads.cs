using System.Globalization;

namespace KvCompose;

/// <summary>
/// HeteroCache's head roles: volatile heads and pivots keep every token, anchors and satellites share what is left by their weights.
/// base = ⌊(r·H − F)·n_l / (H − F)⌋, a head of weight w keeps min(⌊base·w⌋, n_l), in IEEE doubles. A prompt of one page or less stays whole.
/// Source: "HeteroCache", ACL 2026, arXiv 2601.13684. A pivot's reference set has base tokens.
/// </summary>
[HeadRoleFacts(
    Needs = StageProducts.TokenScores | StageProducts.HeadProfile,
    Provides = StageProducts.LayerBudgets | StageProducts.HeadBudgets,
    Layout = CacheLayout.Ragged,
    Profile = ProfileKind.HeadRoles,
    Source = "arXiv 2601.13684")]
public readonly struct HeteroHeads : IHeadRole<HeteroHeads>
{
    /// <summary>r: share of the prompt's keys and values that stays resident over the whole model.</summary>
    [StageOption(0.5, Minimum = 0.001, Maximum = 1, Role = OptionRole.ProfileRatio, RunTime = true)]
    public double Ratio { get; init; }

    /// <summary>Defects of the published code to reproduce: budgets in float32, if named.</summary>
    [StageOption(PublishedDefects.None, Role = OptionRole.Defects)]
    public PublishedDefects Defects { get; init; }

    /// <inheritdoc/>
    public static void Check(in HeteroHeads options, HeadProfile profile)
    {
        if (Math.Floor(options.Ratio * profile.Heads) <= profile.FullHeads)
        {
            throw new StageOptionException(
                nameof(HeteroHeads), nameof(Ratio), options.Ratio.ToString(CultureInfo.InvariantCulture),
                string.Create(CultureInfo.InvariantCulture, $"at least {(profile.FullHeads + 1.0) / profile.Heads:R}: {profile.FullHeads} of {profile.Heads} heads keep the whole prompt"));
        }
    }

    /// <inheritdoc/>
    public static void Assign(in HeteroHeads options, in HeadBudgetContext context, Span<HeadRole> roles, Span<int> budgets)
    {
        HeadProfile profile = context.Profile!;
        int tokens = context.Tokens;
        if (context.PromptTokens <= context.PageTokens)
        {
            budgets.Fill(tokens);
            return;
        }

        int baseTokens = HeteroCapacity.Base(options.Ratio, profile, tokens);
        bool single = (options.Defects & PublishedDefects.TwoPrecisions) != 0;
        for (int head = 0; head < budgets.Length; head++)
        {
            double weight = profile.Weights[context.Layer][head];
            roles[head] = profile.Classes[context.Layer][head] switch
            {
                HeadClass.Pivot => HeadRole.Pivot,
                HeadClass.Satellite => HeadRole.Satellite,
                HeadClass.Volatile => HeadRole.Full,
                _ => HeadRole.Compressed,
            };
            budgets[head] = roles[head] is HeadRole.Pivot or HeadRole.Full ? baseTokens
                : HeteroCapacity.Of(baseTokens, weight, tokens, single);
        }
    }
}

/// <summary>Declares <see cref="HeteroHeads"/>.</summary>
public sealed class HeteroHeadsAttribute : HeadRoleAttribute<HeteroHeads>
{
    /// <summary>An additional file with the heads' roles; see <see cref="ProfileKind.HeadRoles"/>.</summary>
    public string? Profile { get; set; }

    /// <inheritdoc cref="HeteroHeads.Ratio"/>
    public double Ratio { get; set; }

    /// <inheritdoc cref="HeteroHeads.Defects"/>
    public PublishedDefects Defects { get; set; }
}
