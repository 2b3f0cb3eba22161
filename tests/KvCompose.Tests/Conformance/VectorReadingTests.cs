using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Conformance.Running;

namespace KvCompose.Tests.Conformance;

public class VectorReadingTests
{
    [Fact]
    public void GeneratedTensor_CheckValuesOfTheFormat_AreExact()
    {
        Assert.Equal([-0.713043212890625f, 1.238372802734375f, 1.844329833984375f, 1.3720703125f], Sm64X4.Fill(1, 4, 1));
        Assert.Equal(-0.10294342041015625f, Sm64X4.Fill(20250203, 1, 0.125f)[0]);
    }

    [Fact]
    public void GeneratedKeys_EveryStoredDataSet_HasTheStoredChecksums()
    {
        VectorFile file = VectorFile.Load(OpenVectors.Path("icecache", "generator_checks.json"));
        foreach (JsonElement set in file.Cases)
        {
            GeneratedKeys made = GeneratedKeys.Make(
                set.Text("family"), set.Int("n"), set.Int("d"), set.Int("nq"), set.Int("seed"));

            Assert.Equal(set.Number("fnv_K"), GeneratedKeys.Checksum(made.Keys));
            Assert.Equal(set.Number("fnv_Q"), GeneratedKeys.Checksum(made.Queries));
            Assert.Equal(set.Number("fnv_V"), GeneratedKeys.Checksum(made.Values));
        }
    }

    [Theory]
    [InlineData("""{"t":{"shape":[2],"b64":"AACAPw=="}}""")]
    [InlineData("""{"t":{"shape":[1],"b64":"not base64"}}""")]
    [InlineData("""{"t":{"shape":[-1],"fill":1}}""")]
    [InlineData("""{"t":{"shape":[65536,65536],"fill":1}}""")]
    [InlineData("""{"t":{"shape":[1],"gen":"other","seed":1,"scale":1}}""")]
    [InlineData("""{"t":{"shape":[1],"gen":"sm64x4","seed":"one","scale":1}}""")]
    [InlineData("""{"t":{"shape":[1]}}""")]
    [InlineData("""{"t":[1]}""")]
    [InlineData("{}")]
    public void Tensor_BadEncoding_IsAFormatErrorThatNamesAField(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        var error = Assert.Throws<VectorFormatException>(() => document.RootElement.Tensor("t"));
        Assert.Contains('\'', error.Message);
    }

    [Fact]
    public void Tensor_StoredAndConstant_DecodeRowMajor()
    {
        using JsonDocument document = JsonDocument.Parse(
            """{"a":{"shape":[1,2],"f32":"AACAPwAAAEA="},"b":{"fill":3,"shape":[2]},"c":{"shape":[2],"u16":"AQACAA=="}}""");

        Assert.Equal([1f, 2f], document.RootElement.Tensor("a").Slice(0).ToArray());
        Assert.Equal([3f, 3f], document.RootElement.Tensor("b").Data);
        Assert.Equal([1, 2], document.RootElement.IndexTensor("c").Values);
    }

    [Fact]
    public void PythonJson_BareWordsOutsideTexts_AreNumbers()
    {
        JsonElement root = PythonJson.Parse("""{"a \" NaN":"-Infinity","b":[NaN,Infinity,-Infinity,-1]}"""u8.ToArray());

        Assert.Equal("-Infinity", root.Text("a \" NaN"));
        Assert.Equal([double.NaN, double.PositiveInfinity, double.NegativeInfinity, -1], root.Numbers("b"));
    }

    [Fact]
    public void Selection_TiedCut_ToleratesOnlyLoosePositions()
    {
        using JsonDocument document = JsonDocument.Parse(
            """{"clean":{"k":2,"cut":1,"gap":0.1},"tied":{"k":2,"cut":1,"gap":0,"loose":[1,2]}}""");
        HashSet<int> clean = Selection.Loose(document.RootElement.Field("clean"));
        HashSet<int> tied = Selection.Loose(document.RootElement.Field("tied"));

        Selection.Same([0, 1], [2, 0], tied, "set");
        Selection.Same([0, 1], [1, 0], clean, "set");
        Assert.Throws<VectorMismatchException>(() => Selection.Same([0, 1], [2, 0], clean, "set"));
        Assert.Throws<VectorMismatchException>(() => Selection.Same([0, 1], [3, 0], tied, "set"));
        Assert.Throws<VectorMismatchException>(() => Selection.Same([0, 1], [0, 1, 2], tied, "set"));
        Assert.Throws<VectorMismatchException>(() => Selection.Same([0, 1], [0, 0], tied, "set"));
    }
}
