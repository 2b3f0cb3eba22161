using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Reference.ComputeOrLoad;

namespace KvCompose.Conformance.Kinds.SecondRow;

/// <summary>Which worker fills which chunk of a saved prefix, and when.</summary>
public sealed class LoadScheduleKind() : SecondRowKind("cakeload.schedule")
{
    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        long[] compute = Times(@case, "compute_us"), load = Times(@case, "load_us");
        Expect.Equal(@case.Int("chunks"), compute.Length, "chunks");
        var schedule = new LoadSchedule(compute, load, (long)@case.Number("compute_start_us", 0), (long)@case.Number("load_start_us", 0));
        JsonElement[] claims = @case.List("claims");
        Expect.Equal(claims.Length, schedule.Claims.Count, "claims");
        for (int i = 0; i < claims.Length; i++)
        {
            JsonElement[] fields = claims[i].AsList("claims");
            ChunkClaim claim = schedule.Claims[i];
            Expect.Equal(
                (fields[0].GetString() == "compute", fields[1].AsInt("chunk"), (long)fields[2].AsNumber("from"),
                    (long)fields[3].AsNumber("to")),
                (claim.Worker == PrefixWorker.Compute, claim.Chunk, claim.From, claim.To),
                $"claims[{i}]");
        }

        Expect.Equal<int>(@case.Ints("computed"), Chunks(schedule, PrefixWorker.Compute), "computed");
        Expect.Equal<int>(@case.Ints("loaded"), Chunks(schedule, PrefixWorker.Load), "loaded");
        Expect.Equal(@case.Int("meeting"), schedule.Meeting, "meeting");
        Expect.Equal((long)@case.Number("makespan_us"), schedule.Makespan, "makespan_us");
    }

    private static long[] Times(JsonElement @case, string name) => [.. @case.Numbers(name).Select(x => (long)x)];

    private static int[] Chunks(LoadSchedule schedule, PrefixWorker worker)
        => [.. schedule.Claims.Where(claim => claim.Worker == worker).Select(claim => claim.Chunk)];
}
