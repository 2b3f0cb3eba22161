using KvCompose.Generators.Planning;

namespace KvCompose.Generators.Emit.Kernels;

/// <summary>Writes the copy of fetched tokens into the slots of the tokens that they replace; no head's length changes.</summary>
internal static class RefreshKernel
{
    public static Kernel Of() => new(
        "RefreshKernel",
        "Key, value and position of one fetched token. Group (token).",
        [
            KernelParameter.Pool, KernelParameter.PageTable, KernelParameter.TableStart,
            KernelParameter.Ints("headOf", "[tokens], the head whose token is replaced."),
            KernelParameter.Ints("slotOf", "[tokens], its slot; no two tokens of one head have the same."),
            KernelParameter.Ints("positionOf", "[tokens], the fetched token's position."),
            KernelParameter.Floats("content", "[tokens][2][HeadDim], rotated keys and values as the host keeps them."),
        ],
        Synchronises: false,
        WriteBody);

    private static void WriteBody(KernelWriter writer) => writer.Line($$"""
        ArrayView<int> positions = pool.Cast<int>();
        int token = Grid.IdxX;
        int place = slotOf[token] % PageTokens;
        long page = (long)pageTable[tableStart[headOf[token]] + slotOf[token] / PageTokens] * PageFloats;
        for (int element = Group.IdxX; element < HeadDim; element += {{KernelPlan.Threads}})
        {
            pool[page + place / 16 * 16 * HeadDim + element * 16 + (place & 15)] = content[(long)token * 2 * HeadDim + element];
            pool[page + 4 * PageKeys4 + place * HeadDim + element] = content[((long)token * 2 + 1) * HeadDim + element];
        }

        if (Group.IdxX == 0)
        {
            positions[page + PagePositions + place] = positionOf[token];
        }
        """);
}
