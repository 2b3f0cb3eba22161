using KvCompose.Generators.Planning;

namespace KvCompose.Generators.Emit.Kernels;

/// <summary>Writes the copy of the tokens that go on to deeper layers: hidden states and original positions, in their order.</summary>
internal static class OnwardKernel
{
    public static Kernel Of() => new(
        "OnwardKernel",
        "Hidden state and position of one token that goes on. Group (rank among the chosen, sequence).",
        [
            KernelParameter.Ints("indices", "[sequences][stride], chosen rows, ascending."),
            KernelParameter.Ints("onward", "[sequences], tokens that go on."),
            KernelParameter.Floats("states", "[sequences][stride][width], hidden states behind the layer."),
            KernelParameter.Ints("positions", "[sequences][stride]."),
            KernelParameter.Floats("onwardStates", "[sequences][stride][width], receives the chosen rows; other memory than the states."),
            KernelParameter.Ints("onwardPositions", "[sequences][stride], receives their positions."),
            new KernelParameter("int", "width", "Floats of a hidden state, a multiple of 4."),
            KernelParameter.Stride,
        ],
        Synchronises: false,
        WriteBody);

    private static void WriteBody(KernelWriter writer)
    {
        writer.Line("long first = (long)Grid.IdxY * stride;");
        using (writer.Block("if (Grid.IdxX < onward[Grid.IdxY])"))
        {
            writer.Line($$"""
                ArrayView<Float4> states4 = states.Cast<Float4>();
                ArrayView<Float4> onwardStates4 = onwardStates.Cast<Float4>();
                int width4 = width / 4;
                long from = first + indices[first + Grid.IdxX];
                long into = first + Grid.IdxX;
                for (int column = Group.IdxX; column < width4; column += {{KernelPlan.Threads}})
                {
                    onwardStates4[into * width4 + column] = states4[from * width4 + column];
                }

                if (Group.IdxX == 0)
                {
                    onwardPositions[into] = positions[from];
                }
                """);
        }
    }
}
