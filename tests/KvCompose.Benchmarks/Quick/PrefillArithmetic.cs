using KvCompose.Models;

namespace KvCompose.Benchmarks.Quick;

/// <summary>Multiply-adds of a prompt, counted from a model's shape: projections, attention, output projection and feed-forward block.</summary>
/// <param name="model">The shape.</param>
internal sealed class PrefillArithmetic(LanguageModel model)
{
    private readonly double _projection = (double)model.Shape.Hidden * (model.Shape.QueryHeads + (2 * model.Shape.KeyValueHeads)) * model.Shape.HeadDim;

    private readonly double _completion = ((double)model.Shape.QueryHeads * model.Shape.HeadDim * model.Shape.Hidden)
        + (3.0 * model.Shape.Hidden * model.Description.Layers[0].FeedForward!.Width);

    /// <summary>Every layer computes every token.</summary>
    public double Full(int tokens) => model.Shape.Layers * Layer(tokens, tokens);

    /// <summary>
    /// After layer T only <paramref name="onward"/> tokens are computed. Layer T projects all tokens and attends for the survivors, spread
    /// evenly over the prompt; the choice itself is not counted.
    /// </summary>
    public double Propagating(int tokens, int onward, int layer)
        => (layer * Layer(tokens, tokens)) + Layer(tokens, onward) + ((model.Shape.Layers - layer - 1) * Layer(onward, onward));

    /// <summary>One layer that <paramref name="tokens"/> reach and <paramref name="rows"/> leave.</summary>
    private double Layer(int tokens, int rows)
    {
        double attention = 2.0 * model.Shape.QueryHeads * model.Shape.HeadDim * rows * (tokens + 1) / 2;
        return (tokens * _projection) + attention + (rows * _completion);
    }
}
