using System.Numerics.Tensors;
using KvCompose.Models.Kernels;
using KvCompose.Threading;

namespace KvCompose.Models.Networks.Layers;

/// <summary>
/// The gated delta rule (Yang et al., arXiv 2412.06464) of one value head: S = e^g · S, d = β · (v − Sᵀk), S += k ⊗ d, o = Sᵀq. Rows of a
/// prompt go in chunks of 64, in which the d solve a triangular system; few rows go one by one. An item is a head of one sequence.
/// </summary>
internal unsafe struct DeltaRule : IParallelWork
{
    public const int Chunk = 64;

    private const int LeastChunk = 8; // Fewer rows are faster one by one.
    private const float LengthEpsilon = 1e-6f;

    public RecurrentDescription.GatedDelta Delta;
    public RecurrentRows Rows;
    public float* Convolved; // [rows, q | k | v]
    public float* Gate; // [rows, values]
    public float* Beta; // [rows, value heads]
    public float* Step; // [rows, value heads]
    public float* Decay;
    public float* StepBias;
    public NormWeights Norm;
    public float* Output; // [rows, values]

    private float* _scratch;
    private nint _scratchFloats;

    private readonly int KeyDim => Delta.KeyDim;

    private readonly int ValueDim => Delta.ValueDim;

    public static void Run(WorkerPool workers, Scratch scratch, DeltaRule work)
    {
        // q, k, kᵀ; d; two products of rows with rows; decays and β.
        work._scratchFloats = (3 * Chunk * work.KeyDim) + (2 * Chunk * work.ValueDim) + (2 * Chunk * Chunk) + (2 * Chunk);
        work._scratch = scratch.Of(ScratchUse.RecurrentWork, (long)workers.Count * work._scratchFloats).Pointer;
        workers.Run(ref work, work.Rows.Sequences * work.Delta.ValueHeads);
    }

    public readonly void Run(int item, int worker)
    {
        int sequence = item / Delta.ValueHeads, head = item % Delta.ValueHeads, rows = Rows.Each;
        float* state = Rows.State(sequence) + ((nint)(Delta.Kernel - 1) * Delta.Channels) + ((nint)head * KeyDim * ValueDim);
        float* scratch = _scratch + (worker * _scratchFloats);
        for (int row = 0; row < rows; row += Chunk)
        {
            int count = Math.Min(Chunk, rows - row), first = (sequence * rows) + row;
            if (count >= LeastChunk)
            {
                Together(head, first, count, state, scratch);
            }
            else
            {
                OneByOne(head, first, count, state, scratch);
            }

            Finish(head, first, count);
        }
    }

    private readonly void OneByOne(int head, int first, int count, float* state, float* scratch)
    {
        float* query = scratch, key = query + KeyDim, d = key + KeyDim;
        for (int row = first; row < first + count; row++)
        {
            Normalise(head, row, query, key);
            (float decay, float beta) = Factors(head, row);
            float forget = MathF.Exp(decay);
            new Span<float>(d, ValueDim).Clear();
            for (int i = 0; i < KeyDim; i++)
            {
                float* own = state + ((nint)i * ValueDim);
                RowKernels.Scale(own, forget, ValueDim);
                RowKernels.AddScaled(d, own, key[i], ValueDim);
            }

            float* value = Value(head, row), output = OutputOf(head, row);
            for (int i = 0; i < ValueDim; i++)
            {
                d[i] = beta * (value[i] - d[i]);
            }

            new Span<float>(output, ValueDim).Clear();
            for (int i = 0; i < KeyDim; i++)
            {
                float* own = state + ((nint)i * ValueDim);
                RowKernels.AddScaled(own, d, key[i], ValueDim);
                RowKernels.AddScaled(output, own, query[i], ValueDim);
            }
        }
    }

    private readonly void Together(int head, int first, int count, float* state, float* scratch)
    {
        float* queries = scratch, keys = queries + (Chunk * KeyDim), columns = keys + (Chunk * KeyDim), d = columns + (Chunk * KeyDim);
        float* outputs = d + (Chunk * ValueDim), keyProducts = outputs + (Chunk * ValueDim), queryProducts = keyProducts + (Chunk * Chunk);
        float* decays = queryProducts + (Chunk * Chunk), betas = decays + Chunk;
        float sum = 0;
        for (int t = 0; t < count; t++)
        {
            Normalise(head, first + t, queries + (t * KeyDim), keys + (t * KeyDim));
            (float decay, betas[t]) = Factors(head, first + t);
            decays[t] = sum += decay;
            for (int i = 0; i < KeyDim; i++)
            {
                columns[(i * Chunk) + t] = keys[(t * KeyDim) + i];
            }
        }

        SmallProduct.Run(keys, KeyDim, columns, Chunk, keyProducts, Chunk, count, KeyDim, count, accumulate: false);
        SmallProduct.Run(queries, KeyDim, columns, Chunk, queryProducts, Chunk, count, KeyDim, count, accumulate: false);
        SmallProduct.Run(keys, KeyDim, state, ValueDim, d, ValueDim, count, KeyDim, ValueDim, accumulate: false);
        for (int t = 0; t < count; t++)
        {
            Solve(Value(head, first + t), d, t, keyProducts + (t * Chunk), decays, betas[t]);
            for (int s = 0; s < count; s++)
            {
                queryProducts[(t * Chunk) + s] = s <= t ? queryProducts[(t * Chunk) + s] * MathF.Exp(decays[t] - decays[s]) : 0;
            }
        }

        SmallProduct.Run(queries, KeyDim, state, ValueDim, outputs, ValueDim, count, KeyDim, ValueDim, accumulate: false);
        for (int t = 0; t < count; t++)
        {
            RowKernels.Scale(outputs + (t * ValueDim), MathF.Exp(decays[t]), ValueDim);
        }

        SmallProduct.Run(queryProducts, Chunk, d, ValueDim, outputs, ValueDim, count, count, ValueDim, accumulate: true);
        for (int t = 0; t < count; t++)
        {
            new ReadOnlySpan<float>(outputs + (t * ValueDim), ValueDim).CopyTo(new Span<float>(OutputOf(head, first + t), ValueDim));
        }

        // The state forgets by the whole chunk, and what each row adds by the rows behind it.
        RowKernels.Scale(state, MathF.Exp(sum), (nint)KeyDim * ValueDim);
        for (int t = 0; t < count; t++)
        {
            RowKernels.Scale(d + (t * ValueDim), MathF.Exp(sum - decays[t]), ValueDim);
        }

        SmallProduct.Run(columns, Chunk, d, ValueDim, state, ValueDim, KeyDim, count, ValueDim, accumulate: true);
    }

    /// <summary>The d of one row from those before it. Its place holds the product of its key with the state.</summary>
    private readonly void Solve(float* value, float* d, int row, float* keyProducts, float* decays, float beta)
    {
        float* own = d + (row * ValueDim);
        float forget = MathF.Exp(decays[row]);
        for (int i = 0; i < ValueDim; i++)
        {
            own[i] = beta * (value[i] - (forget * own[i]));
        }

        for (int before = 0; before < row; before++)
        {
            RowKernels.AddScaled(own, d + (before * ValueDim), -beta * MathF.Exp(decays[row] - decays[before]) * keyProducts[before], ValueDim);
        }
    }

    /// <summary>Query and key of unit length; the query over √dk.</summary>
    private readonly void Normalise(int head, int row, float* query, float* key)
    {
        float* source = Convolved + ((nint)row * Delta.Channels) + (Delta.KeyHeadOf(head) * KeyDim);
        Unit(source, query, 1 / MathF.Sqrt(KeyDim));
        Unit(source + (Delta.KeyHeads * KeyDim), key, 1);
    }

    private readonly void Unit(float* source, float* target, float factor)
    {
        var numbers = new ReadOnlySpan<float>(source, KeyDim);
        factor /= MathF.Sqrt(TensorPrimitives.SumOfSquares(numbers) + LengthEpsilon);
        TensorPrimitives.Multiply(numbers, factor, new Span<float>(target, KeyDim));
    }

    /// <summary>The logarithm of the decay, and β.</summary>
    private readonly (float Decay, float Beta) Factors(int head, int row)
    {
        nint at = ((nint)row * Delta.ValueHeads) + head;
        return (Decay[head] * StateSpace.SoftPlus(Step[at] + StepBias[head]), 1 / (1 + MathF.Exp(-Beta[at])));
    }

    private readonly float* Value(int head, int row)
        => Convolved + ((nint)row * Delta.Channels) + (2 * Delta.KeyHeads * KeyDim) + (head * ValueDim);

    private readonly float* OutputOf(int head, int row) => Output + ((nint)row * Delta.ValueWidth) + (head * ValueDim);

    /// <summary>Normalises what rows give, then gates it.</summary>
    private readonly void Finish(int head, int first, int count)
    {
        for (int row = first; row < first + count; row++)
        {
            float* output = OutputOf(head, row);
            Norm.Apply(output, ValueDim);
            RowKernels.Gate(Gate + ((nint)row * Delta.ValueWidth) + (head * ValueDim), output, output, ValueDim);
        }
    }
}
