using KvCompose.Threading;

namespace KvCompose.IntegrationTests.Oracle;

/// <summary>The formulas of <see cref="Reference.PlainTransformer"/> after the interface that pipelines compute through.</summary>
internal readonly unsafe struct TestTransformer(TestModel model) : ITransformer
{
    public TransformerShape Shape => model.Shape;

    public ModelIdentity? Identity => model.Identity;

    public WorkerPool Workers => model.Workers;

    public LayerFacts Layer(int layer) => new(
        model.Plain.WindowOf(layer) > 0 ? LayerKind.SlidingWindow : LayerKind.Full, model.Plain.WindowOf(layer), (float)model.Plain.SoftCap);

    public void Embed(ReadOnlySpan<int> tokens, float* hidden)
    {
        for (int row = 0; row < tokens.Length; row++)
        {
            for (int i = 0; i < Shape.Hidden; i++)
            {
                hidden[(row * Shape.Hidden) + i] = (float)model.Weight("embed_tokens")[(tokens[row] * Shape.Hidden) + i];
            }
        }
    }

    public void Project(int layer, float* hidden, ReadOnlySpan<int> positions, float* queries, float* keys, float* values)
    {
        int d = Shape.HeadDim;
        for (int row = 0; row < positions.Length; row++)
        {
            double[] normed = Norm($"layers.{layer}.input_layernorm", hidden + ((nint)row * Shape.Hidden));
            Write(Rotate(Linear($"layers.{layer}.q_proj", normed), positions[row]), queries + ((nint)row * Shape.QueryHeads * d));
            Write(Rotate(Linear($"layers.{layer}.k_proj", normed), positions[row]), keys + ((nint)row * Shape.KeyValueHeads * d));
            Write(Linear($"layers.{layer}.v_proj", normed), values + ((nint)row * Shape.KeyValueHeads * d));
        }
    }

    public void Complete(int layer, float* attended, float* hidden, int rows)
    {
        model.Completing?.Invoke(layer, rows);
        int width = Shape.QueryHeads * Shape.HeadDim;
        for (int row = 0; row < rows; row++)
        {
            float* state = hidden + ((nint)row * Shape.Hidden);
            Add(Linear($"layers.{layer}.o_proj", Read(attended + ((nint)row * width), width)), state);
            double[] normed = Norm($"layers.{layer}.post_attention_layernorm", state);
            double[] gate = Linear($"layers.{layer}.gate_proj", normed), up = Linear($"layers.{layer}.up_proj", normed);
            Add(Linear($"layers.{layer}.down_proj", [.. gate.Zip(up, (g, u) => g / (1 + Math.Exp(-g)) * u)]), state);
        }
    }

    public bool ShiftsKeys => model.Shifts;

    public void ShiftKeys(int layer, float* keys, int rows, int by)
    {
        for (int row = 0; row < rows; row++, keys += Shape.HeadDim)
        {
            Write(Rotate(Read(keys, Shape.HeadDim), -by), keys);
        }
    }

    public void Logits(float* hidden, int rows, float* logits)
    {
        for (int row = 0; row < rows; row++)
        {
            Write(Linear("lm_head", Norm("norm", hidden + ((nint)row * Shape.Hidden))), logits + ((nint)row * Shape.Vocabulary));
        }
    }

    private static double[] Read(float* source, int count)
    {
        var target = new double[count];
        for (int i = 0; i < count; i++)
        {
            target[i] = source[i];
        }

        return target;
    }

    private static void Write(double[] source, float* target)
    {
        for (int i = 0; i < source.Length; i++)
        {
            target[i] = (float)source[i];
        }
    }

    private static void Add(double[] source, float* target)
    {
        for (int i = 0; i < source.Length; i++)
        {
            target[i] += (float)source[i];
        }
    }

    private double[] Norm(string name, float* hidden)
    {
        double[] state = Read(hidden, Shape.Hidden), weight = model.Weight(name);
        double scale = 1 / Math.Sqrt((state.Sum(x => x * x) / state.Length) + model.Plain.NormEpsilon);
        return [.. state.Select((x, i) => x * scale * weight[i])];
    }

    private double[] Linear(string name, double[] input)
    {
        double[] weight = model.Weight(name);
        var output = new double[weight.Length / input.Length];
        for (int i = 0; i < weight.Length; i++)
        {
            output[i / input.Length] += weight[i] * input[i % input.Length];
        }

        return output;
    }

    private double[] Rotate(double[] vectors, int position)
    {
        int d = Shape.HeadDim, half = d / 2;
        for (int head = 0; head < vectors.Length; head += d)
        {
            for (int i = 0; i < half; i++)
            {
                double angle = position * Math.Pow(model.Plain.RopeTheta, -2.0 * i / d);
                double first = vectors[head + i], second = vectors[head + half + i];
                vectors[head + i] = (first * Math.Cos(angle)) - (second * Math.Sin(angle));
                vectors[head + half + i] = (second * Math.Cos(angle)) + (first * Math.Sin(angle));
            }
        }

        return vectors;
    }
}
