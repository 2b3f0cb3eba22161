using KvCompose.Memory;
using KvCompose.Models.Kernels;
using KvCompose.Models.Networks.Layers;
using KvCompose.Reference;
using KvCompose.Threading;

namespace KvCompose.Models.Tests.Networks;

public sealed unsafe class StateSpaceTests
{
    private const int Heads = 4, HeadDim = 6, Groups = 2, State = 10, Rows = 21;

    private static readonly RecurrentDescription.Mamba2 Mamba = new(
        Heads, HeadDim, Groups, State, Kernel: 3, new NormDescription(NormKind.RootMeanSquare, 1e-5f), ConvolutionBias: true, ProjectionBias: false);

    [Fact]
    public void Run_Rows_AreTheRecurrenceGatedThenNormalised()
    {
        var random = new Random(5);
        int inputs = Mamba.Inner + Mamba.Channels + Heads;
        using NativeFloats input = Floats(random, Rows * inputs), convolved = Floats(random, Rows * Mamba.Channels), decay = Floats(random, Heads);
        using NativeFloats bias = Floats(random, Heads), skip = Floats(random, Heads), norm = Floats(random, Mamba.Inner);
        using var output = new NativeFloats(Rows * Mamba.Inner);
        using var state = new NativeFloats(Mamba.StateFloats);
        using var workers = new WorkerPool(2);
        for (int head = 0; head < Heads; head++)
        {
            decay.Pointer[head] = -MathF.Abs(decay.Pointer[head]);
        }

        nint place = (nint)state.Pointer;
        StateSpace.Run(workers, new StateSpace
        {
            Mamba = Mamba,
            Rows = new RecurrentRows { Rows = Rows, Sequences = 1, States = &place },
            Input = input.Pointer,
            Convolved = convolved.Pointer,
            Decay = decay.Pointer,
            StepBias = bias.Pointer,
            Skip = skip.Pointer,
            Norm = new NormWeights(Mamba.Norm, norm, null),
            Output = output.Pointer,
        });

        PlainStateSpace[] plain = [.. Enumerable.Range(0, Heads).Select(static _ => new PlainStateSpace(HeadDim, State))];
        for (int row = 0; row < Rows; row++)
        {
            double[] Part(int first, int count) => [.. Enumerable.Range(0, count).Select(i => (double)convolved.Pointer[(row * Mamba.Channels) + first + i])];
            double[] y = [.. Enumerable.Range(0, Heads).SelectMany(head => plain[head].Step(
                Part(head * HeadDim, HeadDim), Part(Mamba.Inner + (head / (Heads / Groups) * State), State),
                Part(Mamba.Inner + ((Groups + (head / (Heads / Groups))) * State), State),
                input.Pointer[(row * inputs) + Mamba.Inner + Mamba.Channels + head] + bias.Pointer[head], decay.Pointer[head], skip.Pointer[head]))];
            double[] gated = [.. y.Select((value, i) =>
            {
                double gate = input.Pointer[(row * inputs) + i];
                return value * gate / (1 + Math.Exp(-gate));
            })];
            int width = Mamba.Inner / Groups;
            for (int i = 0; i < gated.Length; i++)
            {
                double scale = 1 / Math.Sqrt(gated.Skip(i / width * width).Take(width).Average(static x => x * x) + 1e-5);
                Assert.Equal(gated[i] * scale * norm.Pointer[i], output.Pointer[(row * Mamba.Inner) + i], 1e-4);
            }
        }
    }

    private static NativeFloats Floats(Random random, int count)
    {
        var floats = new NativeFloats(count);
        for (int i = 0; i < count; i++)
        {
            floats.Pointer[i] = (float)((random.NextDouble() * 2) - 1);
        }

        return floats;
    }
}
