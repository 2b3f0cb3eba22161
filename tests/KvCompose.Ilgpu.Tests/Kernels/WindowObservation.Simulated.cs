using ILGPU;
using ILGPU.Algorithms;
using KvCompose.Simulation;

namespace KvCompose.Ilgpu.Tests.Kernels;

/// <content>The twins of the kernels that synchronise.</content>
public static partial class WindowObservation
{
    public static IEnumerator<SimulatedStep> LogSumExp_Simulated(
        ArrayView<float> pool,
        ArrayView<int> pageTable,
        ArrayView<int> tableStart,
        ArrayView<int> tokens,
        ArrayView<float> queries,
        ArrayView<float> logSumExp)
    {
        var keys4 = SharedMemory.Allocate<Float4>(PageKeys4);
        var queries4 = SharedMemory.Allocate<Float4>(Rows * HeadDim / 4);
        var pool4 = pool.Cast<Float4>();
        var allQueries4 = queries.Cast<Float4>();
        int thread = Group.IdxX;
        int warp = thread >> 5;
        int lane = thread & 31;
        int quad = lane & 7; // keys 4 quad … 4 quad + 3
        int quarter = lane >> 3; // first dimensions 16 quarter … 16 quarter + 15, later row 4 warp + quarter
        bool upper = quarter >= 2;
        bool lower = (quarter & 1) != 0;
        int row = warp * 4 + quarter;
        int keyBase = (quad >> 2) * 256 + quarter * 64 + (quad & 3);
        int queryBase = warp * 64 + quarter * 4;
        int member = Grid.IdxX;
        int head = Grid.IdxY;
        int count = tokens[head];
        int visible = count - Rows + row + 1;
        long pair = (long)head * Members + member;
        queries4[thread] = allQueries4[pair * 256 + thread];
        queries4[thread + 128] = allQueries4[pair * 256 + thread + 128];

        float maximum = float.NegativeInfinity;
        float sum = 0;
        int pages = (count + PageTokens - 1) / PageTokens;
        for (int index = 0; index < pages; index++)
        {
            long page = (long)pageTable[tableStart[head] + index] * PageFloats4;
            keys4[thread] = pool4[page + thread];
            keys4[thread + 128] = pool4[page + thread + 128];
            keys4[thread + 256] = pool4[page + thread + 256];
            keys4[thread + 384] = pool4[page + thread + 384];
            yield return SimulatedStep.Barrier();

            float score00 = 0;
            float score01 = 0;
            float score02 = 0;
            float score03 = 0;
            float score10 = 0;
            float score11 = 0;
            float score12 = 0;
            float score13 = 0;
            float score20 = 0;
            float score21 = 0;
            float score22 = 0;
            float score23 = 0;
            float score30 = 0;
            float score31 = 0;
            float score32 = 0;
            float score33 = 0;
            for (int step = 0; step < 4; step++)
            {
                Float4 q0 = queries4[queryBase + step];
                Float4 q1 = queries4[queryBase + step + 16];
                Float4 q2 = queries4[queryBase + step + 32];
                Float4 q3 = queries4[queryBase + step + 48];
                Float4 k0 = keys4[keyBase + step * 16];
                Float4 k1 = keys4[keyBase + step * 16 + 4];
                Float4 k2 = keys4[keyBase + step * 16 + 8];
                Float4 k3 = keys4[keyBase + step * 16 + 12];
                score00 += q0.X * k0.X + q0.Y * k1.X + q0.Z * k2.X + q0.W * k3.X;
                score01 += q0.X * k0.Y + q0.Y * k1.Y + q0.Z * k2.Y + q0.W * k3.Y;
                score02 += q0.X * k0.Z + q0.Y * k1.Z + q0.Z * k2.Z + q0.W * k3.Z;
                score03 += q0.X * k0.W + q0.Y * k1.W + q0.Z * k2.W + q0.W * k3.W;
                score10 += q1.X * k0.X + q1.Y * k1.X + q1.Z * k2.X + q1.W * k3.X;
                score11 += q1.X * k0.Y + q1.Y * k1.Y + q1.Z * k2.Y + q1.W * k3.Y;
                score12 += q1.X * k0.Z + q1.Y * k1.Z + q1.Z * k2.Z + q1.W * k3.Z;
                score13 += q1.X * k0.W + q1.Y * k1.W + q1.Z * k2.W + q1.W * k3.W;
                score20 += q2.X * k0.X + q2.Y * k1.X + q2.Z * k2.X + q2.W * k3.X;
                score21 += q2.X * k0.Y + q2.Y * k1.Y + q2.Z * k2.Y + q2.W * k3.Y;
                score22 += q2.X * k0.Z + q2.Y * k1.Z + q2.Z * k2.Z + q2.W * k3.Z;
                score23 += q2.X * k0.W + q2.Y * k1.W + q2.Z * k2.W + q2.W * k3.W;
                score30 += q3.X * k0.X + q3.Y * k1.X + q3.Z * k2.X + q3.W * k3.X;
                score31 += q3.X * k0.Y + q3.Y * k1.Y + q3.Z * k2.Y + q3.W * k3.Y;
                score32 += q3.X * k0.Z + q3.Y * k1.Z + q3.Z * k2.Z + q3.W * k3.Z;
                score33 += q3.X * k0.W + q3.Y * k1.W + q3.Z * k2.W + q3.W * k3.W;
            }

            // Every lane hands rows to the lanes of the other quarters until it holds row `quarter` alone, summed over all dimensions.
            float giveEven0 = upper ? score00 : score20;
            Lane.Put(giveEven0);
            yield return SimulatedStep.Shuffle();
            float gotEven0 = Lane.TakeXor<float>(16);
            float even0 = (upper ? score20 : score00) + gotEven0;
            float giveOdd0 = upper ? score10 : score30;
            Lane.Put(giveOdd0);
            yield return SimulatedStep.Shuffle();
            float gotOdd0 = Lane.TakeXor<float>(16);
            float odd0 = (upper ? score30 : score10) + gotOdd0;
            float give0 = lower ? even0 : odd0;
            Lane.Put(give0);
            yield return SimulatedStep.Shuffle();
            float got0 = Lane.TakeXor<float>(8);
            float score0 = (lower ? odd0 : even0) + got0;
            float giveEven1 = upper ? score01 : score21;
            Lane.Put(giveEven1);
            yield return SimulatedStep.Shuffle();
            float gotEven1 = Lane.TakeXor<float>(16);
            float even1 = (upper ? score21 : score01) + gotEven1;
            float giveOdd1 = upper ? score11 : score31;
            Lane.Put(giveOdd1);
            yield return SimulatedStep.Shuffle();
            float gotOdd1 = Lane.TakeXor<float>(16);
            float odd1 = (upper ? score31 : score11) + gotOdd1;
            float give1 = lower ? even1 : odd1;
            Lane.Put(give1);
            yield return SimulatedStep.Shuffle();
            float got1 = Lane.TakeXor<float>(8);
            float score1 = (lower ? odd1 : even1) + got1;
            float giveEven2 = upper ? score02 : score22;
            Lane.Put(giveEven2);
            yield return SimulatedStep.Shuffle();
            float gotEven2 = Lane.TakeXor<float>(16);
            float even2 = (upper ? score22 : score02) + gotEven2;
            float giveOdd2 = upper ? score12 : score32;
            Lane.Put(giveOdd2);
            yield return SimulatedStep.Shuffle();
            float gotOdd2 = Lane.TakeXor<float>(16);
            float odd2 = (upper ? score32 : score12) + gotOdd2;
            float give2 = lower ? even2 : odd2;
            Lane.Put(give2);
            yield return SimulatedStep.Shuffle();
            float got2 = Lane.TakeXor<float>(8);
            float score2 = (lower ? odd2 : even2) + got2;
            float giveEven3 = upper ? score03 : score23;
            Lane.Put(giveEven3);
            yield return SimulatedStep.Shuffle();
            float gotEven3 = Lane.TakeXor<float>(16);
            float even3 = (upper ? score23 : score03) + gotEven3;
            float giveOdd3 = upper ? score13 : score33;
            Lane.Put(giveOdd3);
            yield return SimulatedStep.Shuffle();
            float gotOdd3 = Lane.TakeXor<float>(16);
            float odd3 = (upper ? score33 : score13) + gotOdd3;
            float give3 = lower ? even3 : odd3;
            Lane.Put(give3);
            yield return SimulatedStep.Shuffle();
            float got3 = Lane.TakeXor<float>(8);
            float score3 = (lower ? odd3 : even3) + got3;
            int token = index * PageTokens + 4 * quad;
            score0 = token < visible ? score0 : float.NegativeInfinity;
            score1 = token + 1 < visible ? score1 : float.NegativeInfinity;
            score2 = token + 2 < visible ? score2 : float.NegativeInfinity;
            score3 = token + 3 < visible ? score3 : float.NegativeInfinity;
            float top = XMath.Max(XMath.Max(score0, score1), XMath.Max(score2, score3));
            float newMaximum = XMath.Max(maximum, top);
            float shift = newMaximum == float.NegativeInfinity ? 0 : newMaximum;
            sum = sum * XMath.Exp(maximum - shift) + XMath.Exp(score0 - shift) + XMath.Exp(score1 - shift)
                + XMath.Exp(score2 - shift) + XMath.Exp(score3 - shift);
            maximum = newMaximum;
            yield return SimulatedStep.Barrier();
        }

        Lane.Put(maximum);
        yield return SimulatedStep.Shuffle();
        float maximum1 = Lane.TakeXor<float>(1);
        Lane.Put(sum);
        yield return SimulatedStep.Shuffle();
        float sum1 = Lane.TakeXor<float>(1);
        float joined1 = XMath.Max(maximum, maximum1);
        float base1 = joined1 == float.NegativeInfinity ? 0 : joined1;
        sum = sum * XMath.Exp(maximum - base1) + sum1 * XMath.Exp(maximum1 - base1);
        maximum = joined1;
        Lane.Put(maximum);
        yield return SimulatedStep.Shuffle();
        float maximum2 = Lane.TakeXor<float>(2);
        Lane.Put(sum);
        yield return SimulatedStep.Shuffle();
        float sum2 = Lane.TakeXor<float>(2);
        float joined2 = XMath.Max(maximum, maximum2);
        float base2 = joined2 == float.NegativeInfinity ? 0 : joined2;
        sum = sum * XMath.Exp(maximum - base2) + sum2 * XMath.Exp(maximum2 - base2);
        maximum = joined2;
        Lane.Put(maximum);
        yield return SimulatedStep.Shuffle();
        float maximum4 = Lane.TakeXor<float>(4);
        Lane.Put(sum);
        yield return SimulatedStep.Shuffle();
        float sum4 = Lane.TakeXor<float>(4);
        float joined4 = XMath.Max(maximum, maximum4);
        float base4 = joined4 == float.NegativeInfinity ? 0 : joined4;
        sum = sum * XMath.Exp(maximum - base4) + sum4 * XMath.Exp(maximum4 - base4);
        maximum = joined4;
        if (quad == 0)
        {
            logSumExp[pair * Rows + row] = maximum + XMath.Log(sum);
        }
    }

    public static IEnumerator<SimulatedStep> ColumnSums_Simulated(
        ArrayView<float> pool,
        ArrayView<int> pageTable,
        ArrayView<int> tableStart,
        ArrayView<int> tokens,
        ArrayView<float> queries,
        ArrayView<float> logSumExp,
        ArrayView<float> columnSums,
        int stride)
    {
        var keys4 = SharedMemory.Allocate<Float4>(PageKeys4);
        var queries4 = SharedMemory.Allocate<Float4>(Rows * HeadDim / 4);
        var sums4 = SharedMemory.Allocate<Float4>(4 * PageTokens / 4);
        var sums = sums4.Cast<float>();
        var pool4 = pool.Cast<Float4>();
        var allQueries4 = queries.Cast<Float4>();
        int thread = Group.IdxX;
        int warp = thread >> 5;
        int lane = thread & 31;
        int quad = lane & 7; // keys 4 quad … 4 quad + 3
        int quarter = lane >> 3; // first dimensions 16 quarter … 16 quarter + 15, later row 4 warp + quarter
        bool upper = quarter >= 2;
        bool lower = (quarter & 1) != 0;
        int row = warp * 4 + quarter;
        int keyBase = (quad >> 2) * 256 + quarter * 64 + (quad & 3);
        int queryBase = warp * 64 + quarter * 4;
        int member = Grid.IdxY;
        int head = Grid.IdxZ;
        int count = tokens[head];
        int visible = count - Rows + row + 1;
        long pair = (long)head * Members + member;
        queries4[thread] = allQueries4[pair * 256 + thread];
        queries4[thread + 128] = allQueries4[pair * 256 + thread + 128];

        int index = Grid.IdxX;
        if (index * PageTokens >= count)
        {
            yield break;
        }

        long page = (long)pageTable[tableStart[head] + index] * PageFloats4;
        keys4[thread] = pool4[page + thread];
        keys4[thread + 128] = pool4[page + thread + 128];
        keys4[thread + 256] = pool4[page + thread + 256];
        keys4[thread + 384] = pool4[page + thread + 384];
        yield return SimulatedStep.Barrier();

        float score00 = 0;
        float score01 = 0;
        float score02 = 0;
        float score03 = 0;
        float score10 = 0;
        float score11 = 0;
        float score12 = 0;
        float score13 = 0;
        float score20 = 0;
        float score21 = 0;
        float score22 = 0;
        float score23 = 0;
        float score30 = 0;
        float score31 = 0;
        float score32 = 0;
        float score33 = 0;
        for (int step = 0; step < 4; step++)
        {
            Float4 q0 = queries4[queryBase + step];
            Float4 q1 = queries4[queryBase + step + 16];
            Float4 q2 = queries4[queryBase + step + 32];
            Float4 q3 = queries4[queryBase + step + 48];
            Float4 k0 = keys4[keyBase + step * 16];
            Float4 k1 = keys4[keyBase + step * 16 + 4];
            Float4 k2 = keys4[keyBase + step * 16 + 8];
            Float4 k3 = keys4[keyBase + step * 16 + 12];
            score00 += q0.X * k0.X + q0.Y * k1.X + q0.Z * k2.X + q0.W * k3.X;
            score01 += q0.X * k0.Y + q0.Y * k1.Y + q0.Z * k2.Y + q0.W * k3.Y;
            score02 += q0.X * k0.Z + q0.Y * k1.Z + q0.Z * k2.Z + q0.W * k3.Z;
            score03 += q0.X * k0.W + q0.Y * k1.W + q0.Z * k2.W + q0.W * k3.W;
            score10 += q1.X * k0.X + q1.Y * k1.X + q1.Z * k2.X + q1.W * k3.X;
            score11 += q1.X * k0.Y + q1.Y * k1.Y + q1.Z * k2.Y + q1.W * k3.Y;
            score12 += q1.X * k0.Z + q1.Y * k1.Z + q1.Z * k2.Z + q1.W * k3.Z;
            score13 += q1.X * k0.W + q1.Y * k1.W + q1.Z * k2.W + q1.W * k3.W;
            score20 += q2.X * k0.X + q2.Y * k1.X + q2.Z * k2.X + q2.W * k3.X;
            score21 += q2.X * k0.Y + q2.Y * k1.Y + q2.Z * k2.Y + q2.W * k3.Y;
            score22 += q2.X * k0.Z + q2.Y * k1.Z + q2.Z * k2.Z + q2.W * k3.Z;
            score23 += q2.X * k0.W + q2.Y * k1.W + q2.Z * k2.W + q2.W * k3.W;
            score30 += q3.X * k0.X + q3.Y * k1.X + q3.Z * k2.X + q3.W * k3.X;
            score31 += q3.X * k0.Y + q3.Y * k1.Y + q3.Z * k2.Y + q3.W * k3.Y;
            score32 += q3.X * k0.Z + q3.Y * k1.Z + q3.Z * k2.Z + q3.W * k3.Z;
            score33 += q3.X * k0.W + q3.Y * k1.W + q3.Z * k2.W + q3.W * k3.W;
        }

        // Every lane hands rows to the lanes of the other quarters until it holds row `quarter` alone, summed over all dimensions.
        float giveEven0 = upper ? score00 : score20;
        Lane.Put(giveEven0);
        yield return SimulatedStep.Shuffle();
        float gotEven0 = Lane.TakeXor<float>(16);
        float even0 = (upper ? score20 : score00) + gotEven0;
        float giveOdd0 = upper ? score10 : score30;
        Lane.Put(giveOdd0);
        yield return SimulatedStep.Shuffle();
        float gotOdd0 = Lane.TakeXor<float>(16);
        float odd0 = (upper ? score30 : score10) + gotOdd0;
        float give0 = lower ? even0 : odd0;
        Lane.Put(give0);
        yield return SimulatedStep.Shuffle();
        float got0 = Lane.TakeXor<float>(8);
        float score0 = (lower ? odd0 : even0) + got0;
        float giveEven1 = upper ? score01 : score21;
        Lane.Put(giveEven1);
        yield return SimulatedStep.Shuffle();
        float gotEven1 = Lane.TakeXor<float>(16);
        float even1 = (upper ? score21 : score01) + gotEven1;
        float giveOdd1 = upper ? score11 : score31;
        Lane.Put(giveOdd1);
        yield return SimulatedStep.Shuffle();
        float gotOdd1 = Lane.TakeXor<float>(16);
        float odd1 = (upper ? score31 : score11) + gotOdd1;
        float give1 = lower ? even1 : odd1;
        Lane.Put(give1);
        yield return SimulatedStep.Shuffle();
        float got1 = Lane.TakeXor<float>(8);
        float score1 = (lower ? odd1 : even1) + got1;
        float giveEven2 = upper ? score02 : score22;
        Lane.Put(giveEven2);
        yield return SimulatedStep.Shuffle();
        float gotEven2 = Lane.TakeXor<float>(16);
        float even2 = (upper ? score22 : score02) + gotEven2;
        float giveOdd2 = upper ? score12 : score32;
        Lane.Put(giveOdd2);
        yield return SimulatedStep.Shuffle();
        float gotOdd2 = Lane.TakeXor<float>(16);
        float odd2 = (upper ? score32 : score12) + gotOdd2;
        float give2 = lower ? even2 : odd2;
        Lane.Put(give2);
        yield return SimulatedStep.Shuffle();
        float got2 = Lane.TakeXor<float>(8);
        float score2 = (lower ? odd2 : even2) + got2;
        float giveEven3 = upper ? score03 : score23;
        Lane.Put(giveEven3);
        yield return SimulatedStep.Shuffle();
        float gotEven3 = Lane.TakeXor<float>(16);
        float even3 = (upper ? score23 : score03) + gotEven3;
        float giveOdd3 = upper ? score13 : score33;
        Lane.Put(giveOdd3);
        yield return SimulatedStep.Shuffle();
        float gotOdd3 = Lane.TakeXor<float>(16);
        float odd3 = (upper ? score33 : score13) + gotOdd3;
        float give3 = lower ? even3 : odd3;
        Lane.Put(give3);
        yield return SimulatedStep.Shuffle();
        float got3 = Lane.TakeXor<float>(8);
        float score3 = (lower ? odd3 : even3) + got3;
        int token = index * PageTokens + 4 * quad;
        score0 = token < visible ? score0 : float.NegativeInfinity;
        score1 = token + 1 < visible ? score1 : float.NegativeInfinity;
        score2 = token + 2 < visible ? score2 : float.NegativeInfinity;
        score3 = token + 3 < visible ? score3 : float.NegativeInfinity;
        float normaliser = logSumExp[pair * Rows + row];
        float probability0 = XMath.Exp(score0 - normaliser);
        float probability1 = XMath.Exp(score1 - normaliser);
        float probability2 = XMath.Exp(score2 - normaliser);
        float probability3 = XMath.Exp(score3 - normaliser);
        Lane.Put(probability0);
        yield return SimulatedStep.Shuffle();
        float probability0Of8 = Lane.TakeXor<float>(8);
        probability0 += probability0Of8;
        Lane.Put(probability1);
        yield return SimulatedStep.Shuffle();
        float probability1Of8 = Lane.TakeXor<float>(8);
        probability1 += probability1Of8;
        Lane.Put(probability2);
        yield return SimulatedStep.Shuffle();
        float probability2Of8 = Lane.TakeXor<float>(8);
        probability2 += probability2Of8;
        Lane.Put(probability3);
        yield return SimulatedStep.Shuffle();
        float probability3Of8 = Lane.TakeXor<float>(8);
        probability3 += probability3Of8;
        Lane.Put(probability0);
        yield return SimulatedStep.Shuffle();
        float probability0Of16 = Lane.TakeXor<float>(16);
        probability0 += probability0Of16;
        Lane.Put(probability1);
        yield return SimulatedStep.Shuffle();
        float probability1Of16 = Lane.TakeXor<float>(16);
        probability1 += probability1Of16;
        Lane.Put(probability2);
        yield return SimulatedStep.Shuffle();
        float probability2Of16 = Lane.TakeXor<float>(16);
        probability2 += probability2Of16;
        Lane.Put(probability3);
        yield return SimulatedStep.Shuffle();
        float probability3Of16 = Lane.TakeXor<float>(16);
        probability3 += probability3Of16;
        if (quarter == 0)
        {
            Float4 columns = new Float4();
            columns.X = probability0;
            columns.Y = probability1;
            columns.Z = probability2;
            columns.W = probability3;
            sums4[warp * 8 + quad] = columns;
        }

        yield return SimulatedStep.Barrier();
        int column = index * PageTokens + thread;
        if (thread < PageTokens && column < count)
        {
            columnSums[pair * stride + column] = sums[thread] + sums[thread + 32] + sums[thread + 64] + sums[thread + 96];
        }
    }
}
