using KvCompose.Models.Tests.Support;

namespace KvCompose.Models.Tests.Loading;

public sealed class LoadErrorTests
{
    [Fact]
    public void Load_CompleteFolder_Loads()
    {
        using var folder = new TemporaryFolder();
        TinyModel.Write(folder);

        TinyModel.Load(folder);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1025)]
    public void Load_ThreadsOutOfRange_SaysWhatIsExpected(int threads)
    {
        using var folder = new TemporaryFolder();
        TinyModel.Write(folder);

        var exception = Assert.Throws<ArgumentOutOfRangeException>(
            () => LanguageModel.Load(folder.Path, new LanguageModelOptions { Threads = threads }));

        Assert.Equal(threads, exception.ActualValue);
        Assert.Contains("Threads: expected 1 to 1024", exception.Message);
    }

    [Theory]
    [InlineData("config.json", typeof(ModelConfigurationException))]
    [InlineData("model.safetensors", typeof(CheckpointFormatException))]
    public void Load_FileMissing_NamesIt(string file, Type exceptionType)
    {
        using var folder = new TemporaryFolder();
        TinyModel.Write(folder);
        File.Delete(folder.File(file));

        Exception exception = Assert.Throws(exceptionType, () => TinyModel.Load(folder));

        Assert.Equal(folder.File(file), ((ModelLoadException)exception).File);
        Assert.StartsWith(folder.File(file) + ": cannot be read", exception.Message);
    }

    [Fact]
    public void Load_TokenizerMissing_LoadsAndSaysSoWhenItIsAskedFor()
    {
        using var folder = new TemporaryFolder();
        TinyModel.Write(folder);
        File.Delete(folder.File("tokenizer.json"));
        using LanguageModel model = LanguageModel.Load(folder.Path);

        Assert.False(model.HasTokenizer);
        Assert.Contains("no tokenizer", model.Report.ToString());
        Assert.Equal(folder.File("tokenizer.json"), Assert.Throws<TokenizerFormatException>(() => model.Tokenizer).File);
        Assert.Equal(9, model.Forward([1]).Length);
    }

    [Fact]
    public void Load_HeadMissing_SaysWhatToSet()
    {
        using var folder = new TemporaryFolder();
        TinyModel.Write(folder);
        File.WriteAllText(folder.File("config.json"), TinyModel.Configuration.Replace("\"tie_word_embeddings\":true", "\"tie_word_embeddings\":false"));

        string message = Assert.Throws<CheckpointFormatException>(() => TinyModel.Load(folder)).Message;

        Assert.Contains("tensor 'lm_head.weight' is missing", message);
        Assert.Contains("or set tie_word_embeddings", message);
    }

    [Theory]
    [InlineData("pytorch_model.bin", "PyTorch files are not read")]
    [InlineData("small.gguf", "load that file")]
    public void Load_OtherWeightsOnly_NamesThemAndTheCure(string other, string cure)
    {
        using var folder = new TemporaryFolder();
        TinyModel.Write(folder);
        File.Move(folder.File("model.safetensors"), folder.File(other));

        string message = Assert.Throws<CheckpointFormatException>(() => TinyModel.Load(folder)).Message;

        Assert.Contains(other, message);
        Assert.Contains(cure, message);
    }

    [Fact]
    public void Load_LfsPointerForWeights_SaysWhatToDo()
    {
        using var folder = new TemporaryFolder();
        TinyModel.Write(folder);
        File.WriteAllText(folder.File("model.safetensors"), "version https://git-lfs.github.com/spec/v1\noid sha256:abc\nsize 1234\n");

        Assert.Contains("git lfs pull", Assert.Throws<CheckpointFormatException>(() => TinyModel.Load(folder)).Message);
    }

    [Fact]
    public void Load_ConfigurationWithByteOrderMark_SaysWhatToDo()
    {
        using var folder = new TemporaryFolder();
        TinyModel.Write(folder);
        File.WriteAllText(folder.File("config.json"), TinyModel.Configuration, new System.Text.UTF8Encoding(encoderShouldEmitUTF8Identifier: true));

        Assert.Contains("byte order mark", Assert.Throws<ModelConfigurationException>(() => TinyModel.Load(folder)).Message);
    }

    [Fact]
    public void Load_SafetensorsFile_LoadsItsFolder()
    {
        using var folder = new TemporaryFolder();
        TinyModel.Write(folder);
        using LanguageModel model = LanguageModel.Load(folder.File("model.safetensors"));

        Assert.Equal("safetensors", model.Report.Format);
    }

    [Fact]
    public void Load_EndTokensOfTheGenerationConfiguration_AreAdded()
    {
        using var folder = new TemporaryFolder();
        TinyModel.Write(folder);
        File.WriteAllText(folder.File("generation_config.json"), "{\"eos_token_id\":[3,7]}");
        using LanguageModel model = LanguageModel.Load(folder.Path);

        Assert.Equal([2, 3, 7], model.EndTokens);
    }

    [Fact]
    public void Load_TensorNobodyReads_LoadsWhateverItsType()
    {
        using var folder = new TemporaryFolder();
        TinyModel.Write(folder);
        byte[] file = SafetensorsWriter.Write(TinyModel.Tensors().Append(("score.weight", [2], new float[2])), "F32");
        string text = System.Text.Encoding.Latin1.GetString(file).Replace("\"score.weight\":{\"dtype\":\"F32\",\"shape\":[2]", "\"score.weight\":{\"dtype\":\"F4\" ,\"shape\":[16]");
        BitConverter.GetBytes(System.Text.Encoding.Latin1.GetBytes(text).Length - file.Length + (int)BitConverter.ToInt64(file)).CopyTo(file, 0);
        byte[] changed = System.Text.Encoding.Latin1.GetBytes(text);
        file.AsSpan(0, 4).CopyTo(changed);
        File.WriteAllBytes(folder.File("model.safetensors"), changed);

        TinyModel.Load(folder);
    }

    [Fact]
    public void Load_FolderMissing_NamesTheConfiguration()
        => Assert.Contains("config.json", Assert.Throws<ModelConfigurationException>(
            () => LanguageModel.Load(Path.Combine(Path.GetTempPath(), "kvcompose-no-such-folder"))).Message);

    [Fact]
    public void Load_TensorMissing_NamesIt()
        => Fails(tensors => tensors.Where(tensor => !tensor.Name.EndsWith("o_proj.weight")), "tensor 'model.layers.0.self_attn.o_proj.weight' is missing");

    [Fact]
    public void Load_TensorOfAnotherShape_NamesBoth()
        => Fails(
            tensors => tensors.Select(tensor => tensor.Name == "model.norm.weight" ? (tensor.Name, [9], new float[9]) : tensor),
            "tensor 'model.norm.weight' has shape [9], the configuration makes it [8]");

    [Fact]
    public void Load_TensorNobodyAsksFor_NamesIt()
        => Fails(
            tensors => tensors.Append(("model.layers.0.self_attn.q_proj.bias", [32], new float[32])),
            "tensor 'model.layers.0.self_attn.q_proj.bias' has no place");

    [Fact]
    public void Load_NaNWeight_NamesTheTensor()
        => Fails(
            tensors => tensors.Select(tensor => tensor.Name.EndsWith("up_proj.weight") ? Spoiled(tensor) : tensor),
            "element 5 of tensor 'model.layers.0.mlp.up_proj.weight' is NaN");

    [Fact]
    public void Load_IntegerTensor_NamesItsType()
    {
        using var folder = new TemporaryFolder();
        TinyModel.Write(folder);
        byte[] file = TinyModel.Safetensors();
        string text = System.Text.Encoding.Latin1.GetString(file).Replace("\"dtype\":\"F32\",\"shape\":[9,8]", "\"dtype\":\"I32\",\"shape\":[9,8]");
        File.WriteAllBytes(folder.File("model.safetensors"), System.Text.Encoding.Latin1.GetBytes(text));

        Assert.Contains("has type I32, from which weights are not read", Assert.Throws<CheckpointFormatException>(() => TinyModel.Load(folder)).Message);
    }

    [Fact]
    public void Load_TokenOutsideTheModelsVocabulary_NamesIt()
    {
        using var folder = new TemporaryFolder();
        TinyModel.Write(folder);
        File.WriteAllText(folder.File("tokenizer.json"), ExpectedCase.WordTokenizer(10));

        Assert.Contains("token 9", Assert.Throws<TokenizerFormatException>(() => TinyModel.Load(folder)).Message);
    }

    [Theory]
    [InlineData("""{"weight_map":{"model.norm.weight":"../model.safetensors"}}""", "'weight_map.model.norm.weight'")]
    [InlineData("""{"weight_map":{"model.norm.weight":"other.safetensors"}}""", "other.safetensors")]
    [InlineData("""{"weight_map":{"model.extra.weight":"shard.safetensors"}}""", "tensor 'model.extra.weight' is missing")]
    [InlineData("""{"weight_map":[]}""", "'weight_map'")]
    [InlineData("{}", "'weight_map'")]
    [InlineData("{", "not JSON")]
    public void Load_WrongShardIndex_NamesWhatIsWrong(string index, string problem)
    {
        using var folder = new TemporaryFolder();
        TinyModel.Write(folder);
        File.Move(folder.File("model.safetensors"), folder.File("shard.safetensors"));
        File.WriteAllText(folder.File("model.safetensors.index.json"), index);

        Assert.Contains(problem, Assert.Throws<CheckpointFormatException>(() => TinyModel.Load(folder)).Message);
    }

    [Fact]
    public void Load_Fails_LeavesNoFileOpenAndNoThreadBehind()
    {
        using var folder = new TemporaryFolder();
        TinyModel.Write(folder);
        File.WriteAllBytes(folder.File("model.safetensors"), SafetensorsWriter.Write(TinyModel.Tensors().Skip(1), "F32"));

        for (int i = 0; i < 20; i++)
        {
            Assert.Throws<CheckpointFormatException>(() => LanguageModel.Load(folder.Path, new LanguageModelOptions { Threads = 4 }));
        }

        if (OperatingSystem.IsLinux())
        {
            string[] open = [.. Directory.GetFiles("/proc/self/fd").Select(link => new FileInfo(link).LinkTarget ?? "")];
            Assert.DoesNotContain(open, target => target.StartsWith(folder.Path, StringComparison.Ordinal));
        }

        // On a share-checking system this fails while a handle is open.
        using FileStream exclusive = File.Open(folder.File("model.safetensors"), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
    }

    private static (string Name, int[] Shape, float[] Values) Spoiled((string Name, int[] Shape, float[] Values) tensor)
    {
        tensor.Values[5] = float.NaN;
        return tensor;
    }

    private static void Fails(
        Func<IEnumerable<(string Name, int[] Shape, float[] Values)>, IEnumerable<(string Name, int[] Shape, float[] Values)>> change,
        string problem)
    {
        using var folder = new TemporaryFolder();
        TinyModel.Write(folder);
        File.WriteAllBytes(folder.File("model.safetensors"), SafetensorsWriter.Write(change(TinyModel.Tensors()), "F32"));

        var exception = Assert.Throws<CheckpointFormatException>(() => TinyModel.Load(folder));

        Assert.Contains(problem, exception.Message);
        Assert.Equal(folder.File("model.safetensors"), exception.File);
    }
}
