using System.Text.Json;
using KvCompose.Conformance.Kinds.HeteroCache;
using KvCompose.Conformance.Reading;
using KvCompose.IntegrationTests.Oracle;
using KvCompose.IntegrationTests.Pipelines;
using KvCompose.Tests.Conformance;

namespace KvCompose.IntegrationTests;

/// <summary>Emitted HeteroCache on the decode vectors: with the published code's defects what that code computes, without them what the files call intended.</summary>
public class HeteroVectorTests
{
    [Theory]
    [InlineData("decode_01", "expected")]
    [InlineData("decode_02", "expected")]
    [InlineData("decode_05", "expected")]
    [InlineData("decode_07", "expected")]
    [InlineData("decode_08", "expected")]
    [InlineData("decode_08", "intended")]
    [InlineData("decode_09", "expected")]
    [InlineData("decode_09", "intended")]
    [InlineData("decode_13", "expected")]
    [InlineData("decode_15", "expected")]
    public void Decode_OfAVector_HoldsItsTokensAndGivesItsOutputs(string id, string block)
    {
        JsonElement @case = PythonJson.Parse(File.ReadAllBytes(OpenVectors.Path("heterocache", id + ".json")));
        using var model = new VectorModel(@case, 16);
        using KvSession session = Open(model, @case, id, block == "expected");
        session.Prefill(new int[model.PromptTokens]);
        int steps = @case.Field("config").Int("steps");
        for (int step = 0; step < steps; step++)
        {
            session.Step([0]);
        }

        JsonElement expected = @case.Field(block);
        Assert.Equal(expected.List("events").Count(static look => look.Flag("trigger", false)), session.TierUsage.Retrievals);
        if (block == "expected")
        {
            float[] outputs = @case.Field("derived").Tensor("attn_out").Data;
            Assert.Equal(outputs.Length, model.Outputs.Count);
            Assert.All(outputs.Zip(model.Outputs), static pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
        }

        // What the last step asked for arrives with the next.
        session.Step([0]);
        foreach ((int layer, JsonElement heads) in expected.List("final_prompt_positions").Index())
        {
            foreach ((int head, JsonElement positions) in heads.AsList("final_prompt_positions").Index())
            {
                Assert.Equal(
                    positions.AsInts("final_prompt_positions").Order(),
                    session.Positions(layer, head).Where(position => position < model.PromptTokens).Order());
            }
        }
    }

    private static KvSession Open(VectorModel model, JsonElement @case, string id, bool exact)
    {
        var profile = ProfileJson.Read(@case.Field("inputs"));
        var role = new HeteroHeads { Ratio = @case.Field("config").Number("ratio"), Defects = exact ? PublishedDefects.ReferenceExact : PublishedDefects.None };
        return (id, exact) switch
        {
            ("decode_02", _) => HeteroExactSameToken.Open(model, new() { Profile = profile, HeadRole = role }),
            ("decode_08", true) => HeteroExactTruncation.Open(model, new() { Profile = profile, HeadRole = role }),
            ("decode_08", false) => HeteroIntendedTruncation.Open(model, new() { Profile = profile, HeadRole = role }),
            (_, true) => HeteroExact.Open(model, new() { Profile = profile, HeadRole = role }),
            _ => HeteroIntended.Open(model, new() { Profile = profile, HeadRole = role }),
        };
    }
}
