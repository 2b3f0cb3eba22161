namespace KvCompose.Reference.Presses;

/// <summary>A small Llama- or Qwen3-style model, weights by the names of its checkpoint.</summary>
/// <param name="Layers">L.</param>
/// <param name="Heads">Heads and head dimension.</param>
/// <param name="NormEpsilon">Added to the mean square in RMSNorm.</param>
/// <param name="Rotary">Rotary positions.</param>
/// <param name="Weights">Matrices [out][in]; a vector is a matrix of one row.</param>
public sealed record PressModel(
    int Layers, HeadLayout Heads, double NormEpsilon, Rotary Rotary, IReadOnlyDictionary<string, double[][]> Weights)
{
    /// <summary>A weight of the model.</summary>
    /// <exception cref="ArgumentException">There is none of this name.</exception>
    public double[][] Weight(string name)
        => Weights.TryGetValue(name, out double[][]? weight)
            ? weight : throw new ArgumentException($"the model has no weight '{name}'", nameof(name));

    /// <summary>W·x, plus the bias of the same name if there is one.</summary>
    public double[] Linear(string name, double[] input)
    {
        double[] output = [.. Weight($"{name}.weight").Select(row => Numbers.Dot(row, input))];
        return Weights.TryGetValue($"{name}.bias", out double[][]? bias) ? [.. output.Zip(bias[0], (x, b) => x + b)] : output;
    }

    /// <summary>RMSNorm.</summary>
    public double[] Norm(string name, double[] input)
    {
        double[] weight = Weight($"{name}.weight")[0];
        double scale = 1 / Math.Sqrt(Numbers.Dot(input, input) / input.Length + NormEpsilon);
        return [.. input.Select((x, i) => x * scale * weight[i])];
    }

    /// <summary>Logits [V] of a last hidden state; tied to the embedding where there is no head.</summary>
    public double[] Logits(double[] hidden) => Weights.ContainsKey("lm_head.weight")
        ? Linear("lm_head", Norm("model.norm", hidden))
        : Linear("model.embed_tokens", Norm("model.norm", hidden));
}
