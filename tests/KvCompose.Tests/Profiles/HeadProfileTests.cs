namespace KvCompose.Tests.Profiles;

public class HeadProfileTests
{
    private const string Sound = """
        {
          "meta": { "type_map": { "anchor": 1, "volatile": 2, "pivot": 3, "satellite": 4 },
                    "counts": { "anchor": 1, "volatile": 1, "pivot": 3, "satellite": 3 } },
          "classification_matrix": [[4, 3, 4, 3], [2, 1, 3, 4]],
          "allocation_matrix": [[0.5, -1.0, 1.5, -1.0], [-1.0, 1.25, -1.0, 0.75]],
          "leader_member_relations": [{ "3": [0], "1": [2] }, { "2": [3] }]
        }
        """;

    [Fact]
    public void Parse_SoundFile_GivesClassesWeightsAndStarsInFileOrder()
    {
        HeadProfile profile = HeadProfile.Parse(Sound, "sound.json");

        Assert.Equal((2, 4, 8), (profile.Layers, profile.KeyValueHeads, profile.Heads));
        Assert.Equal((4, 4), (profile.FullHeads, profile.CompressibleHeads));
        Assert.Equal([HeadClass.Volatile, HeadClass.Anchor, HeadClass.Pivot, HeadClass.Satellite], profile.Classes[1].ToArray());
        Assert.Equal([0.5, -1, 1.5, -1], profile.Weights[0].ToArray());
        Assert.Equal([3, 1], profile.Stars[0].Select(star => star.Pivot));
        Assert.Equal([0], profile.Stars[0][0].Satellites.ToArray());
    }

    [Fact]
    public void Parse_OlderClassNames_GivesTheSameProfile()
    {
        string older = Sound.Replace("anchor", "Stable_Unique").Replace("volatile", "Decaying_Unique")
            .Replace("pivot", "Similar_Leader").Replace("satellite", "Similar_Member");

        Assert.Equal(HeadProfile.Parse(Sound, "new").ToJson(), HeadProfile.Parse(older, "old").ToJson());
    }

    [Fact]
    public void Save_ThenLoad_GivesTheSameWeightsToTheLastBit()
    {
        double third = 1.0 / 3;
        var profile = new HeadProfile([[HeadClass.Anchor, HeadClass.Anchor]], [[third, 2 - third]], [[]]);
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            profile.Save(path);

            Assert.Equal([third, 2 - third], HeadProfile.Load(path).Weights[0].ToArray());
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("[4, 3, 4, 3]", "[4, 3, 7, 3]", "classification_matrix[0][2]", "7")]
    [InlineData("[4, 3, 4, 3]", "[4, 3, 4.5, 3]", "classification_matrix[0][2]", "4.5")]
    [InlineData("[2, 1, 3, 4]]", "[2, 1, 3]]", "classification_matrix[1]", "3 heads long")]
    [InlineData("[0.5, -1.0, 1.5, -1.0]", "[0.5, -1.0, 1.5]", "allocation_matrix[0]", "3 heads long")]
    [InlineData("[2, 1, 3, 4]]", "[2, 1, 3, 4], [1, 1, 1, 1]]", "allocation_matrix", "2 layers long")]
    [InlineData("1.5, -1.0", "-1.5, -1.0", "allocation_matrix[0][2]", "-1.5")]
    [InlineData("1.5, -1.0", "1.5, 0.3", "allocation_matrix[0][3]", "0.3")]
    [InlineData("1.25", "1.26", "allocation_matrix", "4.01")]
    [InlineData("\"1\": [2]", "\"1\": []", "leader_member_relations[0].1", "empty")]
    [InlineData("\"1\": [2]", "\"1\": [2, 0]", "leader_member_relations[0]", "head 0 2 times")]
    [InlineData("\"1\": [2]", "\"1\": [2, 9]", "leader_member_relations[0]", "head 9")]
    [InlineData("\"1\": [2]", "\"1\": [3]", "leader_member_relations[0]", "head 3 as a satellite")]
    [InlineData("\"3\": [0], ", "", "leader_member_relations[0]", "head 0 0 times")]
    [InlineData("\"1\": [2]", "\"one\": [2]", "leader_member_relations[0].one", "one")]
    [InlineData("\"volatile\": 1,", "\"volatile\": 2,", "meta.counts.volatile", "2")]
    [InlineData("\"anchor\": 1, \"volatile\": 2, \"pivot\"", "\"anchor\": 3, \"volatile\": 2, \"pivot\"", "meta.type_map.anchor", "3")]
    [InlineData("\"allocation_matrix\"", "\"weights\"", "allocation_matrix", "missing")]
    [InlineData("[[0.5, -1.0", "[[\"much\", -1.0", "allocation_matrix[0][0]", "\"much\"")]
    [InlineData("[[4, 3, 4, 3], [2, 1, 3, 4]]", "[]", "classification_matrix", "empty")]
    [InlineData("{ \"2\": [3] }]", "{ \"2\": [3] }", "the text", "not JSON")]
    public void Parse_BrokenFile_NamesFileFieldAndValue(string sound, string broken, string field, string value)
    {
        Assert.Contains(sound, Sound);

        HeadProfileException error =
            Assert.Throws<HeadProfileException>(() => HeadProfile.Parse(Sound.Replace(sound, broken), "broken.json"));

        Assert.Equal(("broken.json", field), (error.File, error.Field));
        Assert.Contains(value, error.Value);
        Assert.StartsWith($"broken.json: {field} is {error.Value}", error.Message);
    }

    [Fact]
    public void FileName_OfAModel_IsThatOfTheMethodsTools() => Assert.Equal(
        "Head_Analysis_llama-3.1-8b-instruct_topk1024_th0.5_sim0.4_step5000.json",
        HeadProfile.FileName("Llama-3.1-8B-Instruct", 1024, 0.5, 0.4, 5000));

    [Fact]
    public void RequireModel_AnotherModel_SaysWhatDiffers()
    {
        HeadProfile profile = HeadProfile.Parse(Sound, "sound.json");
        var shape = new TransformerShape(2, 16, 8, 64, 1024, 1000, 4096);

        HeadProfileException error = Assert.Throws<HeadProfileException>(() => profile.RequireModel(shape));

        Assert.Contains("2 layers of 8", error.Message);
        profile.RequireModel(shape with { KeyValueHeads = 4 });
    }
}
