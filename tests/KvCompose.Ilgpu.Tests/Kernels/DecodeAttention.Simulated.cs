using ILGPU;
using ILGPU.Algorithms;
using KvCompose.Simulation;

namespace KvCompose.Ilgpu.Tests.Kernels;

/// <content>The twins of the kernels that synchronise.</content>
public static partial class DecodeAttention
{
    public static IEnumerator<SimulatedStep> Attend_Simulated(
        ArrayView<float> pool,
        ArrayView<int> pageTable,
        ArrayView<int> tableStart,
        ArrayView<int> tokens,
        ArrayView<float> queries,
        ArrayView<float> partial,
        ArrayView<float> statistics)
    {
        var keys4 = SharedMemory.Allocate<Float4>(PageKeys4);
        var values4 = SharedMemory.Allocate<Float4>(PageKeys4);
        var probabilities4 = SharedMemory.Allocate<Float4>(Members * PageTokens / 4);
        var pool4 = pool.Cast<Float4>();
        var queries4 = queries.Cast<Float4>();
        var partial4 = partial.Cast<Float4>();

        int thread = Group.IdxX;
        int member = thread >> 5;
        int lane = thread & 31;
        int quad = lane & 7; // scores: keys 4 quad … 4 quad + 3
        int quarter = lane >> 3; // scores: dimensions 16 quarter … 16 quarter + 15
        int column = lane & 15; // values: dimensions 4 column … 4 column + 3
        int half = lane >> 4; // values: keys 16 half … 16 half + 15
        int keyBase = (quad >> 2) * 256 + quarter * 64 + (quad & 3);
        int valueBase = half * 256 + column;

        int split = Grid.IdxX;
        int splits = Grid.DimX;
        int head = Grid.IdxY;
        int count = tokens[head];
        int pages = (count + PageTokens - 1) / PageTokens;
        int share = (pages + splits - 1) / splits;
        int first = split * share;
        int end = IntrinsicMath.Min(first + share, pages);

        long queryBase = ((long)head * Members + member) * 16 + quarter * 4;
        Float4 q0 = queries4[queryBase];
        Float4 q1 = queries4[queryBase + 1];
        Float4 q2 = queries4[queryBase + 2];
        Float4 q3 = queries4[queryBase + 3];
        float maximum = float.NegativeInfinity;
        float sum = 0;
        float outputX = 0;
        float outputY = 0;
        float outputZ = 0;
        float outputW = 0;

        for (int index = first; index < end; index++)
        {
            long page = (long)pageTable[tableStart[head] + index] * PageFloats4;
            int left = count - index * PageTokens;

            // The page comes into shared memory; slots beyond the last token hold anything, so their values become zero.
            keys4[thread] = pool4[page + thread];
            keys4[thread + 128] = pool4[page + thread + 128];
            keys4[thread + 256] = pool4[page + thread + 256];
            keys4[thread + 384] = pool4[page + thread + 384];
            Float4 value0 = new Float4();
            if (thread / 16 < left)
            {
                value0 = pool4[page + PageKeys4 + thread];
            }

            values4[thread] = value0;
            Float4 value1 = new Float4();
            if (thread / 16 + 8 < left)
            {
                value1 = pool4[page + PageKeys4 + thread + 128];
            }

            values4[thread + 128] = value1;
            Float4 value2 = new Float4();
            if (thread / 16 + 16 < left)
            {
                value2 = pool4[page + PageKeys4 + thread + 256];
            }

            values4[thread + 256] = value2;
            Float4 value3 = new Float4();
            if (thread / 16 + 24 < left)
            {
                value3 = pool4[page + PageKeys4 + thread + 384];
            }

            values4[thread + 384] = value3;
            yield return SimulatedStep.Barrier();

            // Four keys against a quarter of the dimensions, then the quarters are summed.
            float score0 = 0;
            float score1 = 0;
            float score2 = 0;
            float score3 = 0;
            Float4 k0 = keys4[keyBase];
            score0 += q0.X * k0.X;
            score1 += q0.X * k0.Y;
            score2 += q0.X * k0.Z;
            score3 += q0.X * k0.W;
            Float4 k1 = keys4[keyBase + 4];
            score0 += q0.Y * k1.X;
            score1 += q0.Y * k1.Y;
            score2 += q0.Y * k1.Z;
            score3 += q0.Y * k1.W;
            Float4 k2 = keys4[keyBase + 8];
            score0 += q0.Z * k2.X;
            score1 += q0.Z * k2.Y;
            score2 += q0.Z * k2.Z;
            score3 += q0.Z * k2.W;
            Float4 k3 = keys4[keyBase + 12];
            score0 += q0.W * k3.X;
            score1 += q0.W * k3.Y;
            score2 += q0.W * k3.Z;
            score3 += q0.W * k3.W;
            Float4 k4 = keys4[keyBase + 16];
            score0 += q1.X * k4.X;
            score1 += q1.X * k4.Y;
            score2 += q1.X * k4.Z;
            score3 += q1.X * k4.W;
            Float4 k5 = keys4[keyBase + 20];
            score0 += q1.Y * k5.X;
            score1 += q1.Y * k5.Y;
            score2 += q1.Y * k5.Z;
            score3 += q1.Y * k5.W;
            Float4 k6 = keys4[keyBase + 24];
            score0 += q1.Z * k6.X;
            score1 += q1.Z * k6.Y;
            score2 += q1.Z * k6.Z;
            score3 += q1.Z * k6.W;
            Float4 k7 = keys4[keyBase + 28];
            score0 += q1.W * k7.X;
            score1 += q1.W * k7.Y;
            score2 += q1.W * k7.Z;
            score3 += q1.W * k7.W;
            Float4 k8 = keys4[keyBase + 32];
            score0 += q2.X * k8.X;
            score1 += q2.X * k8.Y;
            score2 += q2.X * k8.Z;
            score3 += q2.X * k8.W;
            Float4 k9 = keys4[keyBase + 36];
            score0 += q2.Y * k9.X;
            score1 += q2.Y * k9.Y;
            score2 += q2.Y * k9.Z;
            score3 += q2.Y * k9.W;
            Float4 k10 = keys4[keyBase + 40];
            score0 += q2.Z * k10.X;
            score1 += q2.Z * k10.Y;
            score2 += q2.Z * k10.Z;
            score3 += q2.Z * k10.W;
            Float4 k11 = keys4[keyBase + 44];
            score0 += q2.W * k11.X;
            score1 += q2.W * k11.Y;
            score2 += q2.W * k11.Z;
            score3 += q2.W * k11.W;
            Float4 k12 = keys4[keyBase + 48];
            score0 += q3.X * k12.X;
            score1 += q3.X * k12.Y;
            score2 += q3.X * k12.Z;
            score3 += q3.X * k12.W;
            Float4 k13 = keys4[keyBase + 52];
            score0 += q3.Y * k13.X;
            score1 += q3.Y * k13.Y;
            score2 += q3.Y * k13.Z;
            score3 += q3.Y * k13.W;
            Float4 k14 = keys4[keyBase + 56];
            score0 += q3.Z * k14.X;
            score1 += q3.Z * k14.Y;
            score2 += q3.Z * k14.Z;
            score3 += q3.Z * k14.W;
            Float4 k15 = keys4[keyBase + 60];
            score0 += q3.W * k15.X;
            score1 += q3.W * k15.Y;
            score2 += q3.W * k15.Z;
            score3 += q3.W * k15.W;
            Lane.Put(score0);
            yield return SimulatedStep.Shuffle();
            float dotNear0 = Lane.TakeXor<float>(8);
            score0 += dotNear0;
            Lane.Put(score1);
            yield return SimulatedStep.Shuffle();
            float dotNear1 = Lane.TakeXor<float>(8);
            score1 += dotNear1;
            Lane.Put(score2);
            yield return SimulatedStep.Shuffle();
            float dotNear2 = Lane.TakeXor<float>(8);
            score2 += dotNear2;
            Lane.Put(score3);
            yield return SimulatedStep.Shuffle();
            float dotNear3 = Lane.TakeXor<float>(8);
            score3 += dotNear3;
            Lane.Put(score0);
            yield return SimulatedStep.Shuffle();
            float dotFar0 = Lane.TakeXor<float>(16);
            score0 += dotFar0;
            Lane.Put(score1);
            yield return SimulatedStep.Shuffle();
            float dotFar1 = Lane.TakeXor<float>(16);
            score1 += dotFar1;
            Lane.Put(score2);
            yield return SimulatedStep.Shuffle();
            float dotFar2 = Lane.TakeXor<float>(16);
            score2 += dotFar2;
            Lane.Put(score3);
            yield return SimulatedStep.Shuffle();
            float dotFar3 = Lane.TakeXor<float>(16);
            score3 += dotFar3;
            score0 = 4 * quad < left ? score0 : float.NegativeInfinity;
            score1 = 4 * quad + 1 < left ? score1 : float.NegativeInfinity;
            score2 = 4 * quad + 2 < left ? score2 : float.NegativeInfinity;
            score3 = 4 * quad + 3 < left ? score3 : float.NegativeInfinity;

            // Running softmax of the warp's query head.
            float top = XMath.Max(XMath.Max(score0, score1), XMath.Max(score2, score3));
            Lane.Put(top);
            yield return SimulatedStep.Shuffle();
            float top1 = Lane.TakeXor<float>(1);
            top = XMath.Max(top, top1);
            Lane.Put(top);
            yield return SimulatedStep.Shuffle();
            float top2 = Lane.TakeXor<float>(2);
            top = XMath.Max(top, top2);
            Lane.Put(top);
            yield return SimulatedStep.Shuffle();
            float top4 = Lane.TakeXor<float>(4);
            top = XMath.Max(top, top4);
            float newMaximum = XMath.Max(maximum, top);
            float rescale = XMath.Exp(maximum - newMaximum);
            Float4 probability = new Float4();
            probability.X = XMath.Exp(score0 - newMaximum);
            probability.Y = XMath.Exp(score1 - newMaximum);
            probability.Z = XMath.Exp(score2 - newMaximum);
            probability.W = XMath.Exp(score3 - newMaximum);
            float total = probability.X + probability.Y + probability.Z + probability.W;
            Lane.Put(total);
            yield return SimulatedStep.Shuffle();
            float total1 = Lane.TakeXor<float>(1);
            total += total1;
            Lane.Put(total);
            yield return SimulatedStep.Shuffle();
            float total2 = Lane.TakeXor<float>(2);
            total += total2;
            Lane.Put(total);
            yield return SimulatedStep.Shuffle();
            float total4 = Lane.TakeXor<float>(4);
            total += total4;
            sum = sum * rescale + total;
            maximum = newMaximum;
            if (quarter == 0)
            {
                probabilities4[member * 8 + quad] = probability;
            }

            yield return SimulatedStep.Barrier();

            // Four dimensions over half of the page's values.
            outputX *= rescale;
            outputY *= rescale;
            outputZ *= rescale;
            outputW *= rescale;
            Float4 p0 = probabilities4[member * 8 + half * 4];
            Float4 v0 = values4[valueBase];
            outputX += p0.X * v0.X;
            outputY += p0.X * v0.Y;
            outputZ += p0.X * v0.Z;
            outputW += p0.X * v0.W;
            Float4 v1 = values4[valueBase + 16];
            outputX += p0.Y * v1.X;
            outputY += p0.Y * v1.Y;
            outputZ += p0.Y * v1.Z;
            outputW += p0.Y * v1.W;
            Float4 v2 = values4[valueBase + 32];
            outputX += p0.Z * v2.X;
            outputY += p0.Z * v2.Y;
            outputZ += p0.Z * v2.Z;
            outputW += p0.Z * v2.W;
            Float4 v3 = values4[valueBase + 48];
            outputX += p0.W * v3.X;
            outputY += p0.W * v3.Y;
            outputZ += p0.W * v3.Z;
            outputW += p0.W * v3.W;
            Float4 p1 = probabilities4[member * 8 + half * 4 + 1];
            Float4 v4 = values4[valueBase + 64];
            outputX += p1.X * v4.X;
            outputY += p1.X * v4.Y;
            outputZ += p1.X * v4.Z;
            outputW += p1.X * v4.W;
            Float4 v5 = values4[valueBase + 80];
            outputX += p1.Y * v5.X;
            outputY += p1.Y * v5.Y;
            outputZ += p1.Y * v5.Z;
            outputW += p1.Y * v5.W;
            Float4 v6 = values4[valueBase + 96];
            outputX += p1.Z * v6.X;
            outputY += p1.Z * v6.Y;
            outputZ += p1.Z * v6.Z;
            outputW += p1.Z * v6.W;
            Float4 v7 = values4[valueBase + 112];
            outputX += p1.W * v7.X;
            outputY += p1.W * v7.Y;
            outputZ += p1.W * v7.Z;
            outputW += p1.W * v7.W;
            Float4 p2 = probabilities4[member * 8 + half * 4 + 2];
            Float4 v8 = values4[valueBase + 128];
            outputX += p2.X * v8.X;
            outputY += p2.X * v8.Y;
            outputZ += p2.X * v8.Z;
            outputW += p2.X * v8.W;
            Float4 v9 = values4[valueBase + 144];
            outputX += p2.Y * v9.X;
            outputY += p2.Y * v9.Y;
            outputZ += p2.Y * v9.Z;
            outputW += p2.Y * v9.W;
            Float4 v10 = values4[valueBase + 160];
            outputX += p2.Z * v10.X;
            outputY += p2.Z * v10.Y;
            outputZ += p2.Z * v10.Z;
            outputW += p2.Z * v10.W;
            Float4 v11 = values4[valueBase + 176];
            outputX += p2.W * v11.X;
            outputY += p2.W * v11.Y;
            outputZ += p2.W * v11.Z;
            outputW += p2.W * v11.W;
            Float4 p3 = probabilities4[member * 8 + half * 4 + 3];
            Float4 v12 = values4[valueBase + 192];
            outputX += p3.X * v12.X;
            outputY += p3.X * v12.Y;
            outputZ += p3.X * v12.Z;
            outputW += p3.X * v12.W;
            Float4 v13 = values4[valueBase + 208];
            outputX += p3.Y * v13.X;
            outputY += p3.Y * v13.Y;
            outputZ += p3.Y * v13.Z;
            outputW += p3.Y * v13.W;
            Float4 v14 = values4[valueBase + 224];
            outputX += p3.Z * v14.X;
            outputY += p3.Z * v14.Y;
            outputZ += p3.Z * v14.Z;
            outputW += p3.Z * v14.W;
            Float4 v15 = values4[valueBase + 240];
            outputX += p3.W * v15.X;
            outputY += p3.W * v15.Y;
            outputZ += p3.W * v15.Z;
            outputW += p3.W * v15.W;
            yield return SimulatedStep.Barrier();
        }

        Lane.Put(outputX);
        yield return SimulatedStep.Shuffle();
        float otherX = Lane.TakeXor<float>(16);
        outputX += otherX;
        Lane.Put(outputY);
        yield return SimulatedStep.Shuffle();
        float otherY = Lane.TakeXor<float>(16);
        outputY += otherY;
        Lane.Put(outputZ);
        yield return SimulatedStep.Shuffle();
        float otherZ = Lane.TakeXor<float>(16);
        outputZ += otherZ;
        Lane.Put(outputW);
        yield return SimulatedStep.Shuffle();
        float otherW = Lane.TakeXor<float>(16);
        outputW += otherW;
        long place = ((long)head * splits + split) * Members + member;
        if (half == 0)
        {
            Float4 output = new Float4();
            output.X = outputX;
            output.Y = outputY;
            output.Z = outputZ;
            output.W = outputW;
            partial4[place * 16 + column] = output;
        }

        if (lane == 0)
        {
            statistics[place * 2] = maximum;
            statistics[place * 2 + 1] = sum;
        }
    }
}
