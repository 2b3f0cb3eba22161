using KvCompose.Reference;

namespace KvCompose.Combinations.Oracle;

/// <summary>How many tokens go on after a layer: a number, or a share of those that reach it.</summary>
internal sealed class PlainPropagation(int layer, int tokens, double rate) : IPlainPropagation
{
    private readonly TokenBudget _budget = tokens > 0 ? TokenBudget.Constant(tokens) : TokenBudget.Proportional(rate);

    /// <inheritdoc/>
    public int Count(in PropagationContext context) => context.Layer == layer ? _budget.Of(context.Tokens) : context.Tokens;

    /// <inheritdoc/>
    public double Share(in PropagationContext context, int onward) => tokens > 0 ? (double)onward / context.Tokens : rate;
}
