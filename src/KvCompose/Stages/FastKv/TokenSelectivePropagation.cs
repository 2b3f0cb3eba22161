namespace KvCompose;

/// <summary>
/// FastKV's token-selective propagation: after layer T only the tokens with the highest scores of that layer, summed over its
/// heads, and the window go on; they keep their positions. The score is the one that the selection has computed. Several points
/// T1 &lt; T2 &lt; … compose: each rate is relative to what reaches its layer, so that rates multiply.
/// Source: Jo et al., "FastKV: Decoupling of Context Reduction and KV Cache Compression for Prefill-Decoding Acceleration",
/// arXiv 2502.01068. Differs from the published code in one point: the cut does not depend on whether layer T compresses its cache.
/// </summary>
/// <remarks>Short prompts: with fewer than the window to go on, or no more tokens than are to go on, nothing is cut.</remarks>
[PropagationFacts(
    Needs = StageProducts.TokenScores, Repeatable = true, Profile = ProfileKind.ActingLayer, QueryAware = true, Lossy = true,
    Source = "arXiv 2502.01068")]
public readonly struct TokenSelectivePropagation : IPropagation<TokenSelectivePropagation>
{
    /// <summary>T, the 0-based layer after which tokens are cut; the last layer cuts the cost of its own feed-forward block only.</summary>
    [StageOption(15, Minimum = 0, Maximum = 1023, Role = OptionRole.Layer, RunTime = true)]
    public int Layer { get; init; }

    /// <summary>P, tokens that go on, window included. 0 leaves the decision to <see cref="Rate"/>.</summary>
    [StageOption(0, Minimum = 0, Maximum = 16_777_216, Role = OptionRole.Budget, RunTime = true)]
    public int Tokens { get; init; }

    /// <summary>Share of the tokens that reach the layer that goes on, used when <see cref="Tokens"/> is 0: ⌊n_l · rate⌋ in IEEE doubles.</summary>
    [StageOption(0.2, Minimum = 0.001, Maximum = 1, Role = OptionRole.Rate, RunTime = true)]
    public double Rate { get; init; }

    /// <inheritdoc/>
    public static int Count(in TokenSelectivePropagation options, in PropagationContext context)
    {
        if (context.Layer != options.Layer)
        {
            return context.Tokens;
        }

        return options.Tokens > 0 ? options.Tokens : (int)(context.Tokens * options.Rate);
    }

    /// <summary>The rate itself, so that a retention rate is divided by what was asked for and not by what rounding made of it.</summary>
    public static double Share(in TokenSelectivePropagation options, in PropagationContext context, int onward)
        => options.Tokens > 0 ? (double)onward / context.Tokens : options.Rate;
}

/// <summary>Declares <see cref="TokenSelectivePropagation"/>; once for every layer after which tokens are cut.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false, AllowMultiple = true)]
public sealed class TokenSelectivePropagationAttribute : PropagationAttribute<TokenSelectivePropagation>
{
    /// <inheritdoc cref="TokenSelectivePropagation.Layer"/>
    public int Layer { get; set; }

    /// <summary>An additional file that states the layer, found by calibration; see <see cref="ProfileKind.ActingLayer"/>.</summary>
    public string? Profile { get; set; }

    /// <inheritdoc cref="TokenSelectivePropagation.Tokens"/>
    public int Tokens { get; set; }

    /// <inheritdoc cref="TokenSelectivePropagation.Rate"/>
    public double Rate { get; set; }
}
