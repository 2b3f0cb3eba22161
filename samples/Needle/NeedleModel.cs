using KvCompose.Evaluation;
using KvCompose.Models;

namespace KvCompose.Samples.Needle;

/// <summary>A model with the texts that it can be asked about, and what was measured of its heads.</summary>
internal sealed class NeedleModel : IDisposable
{
    private readonly NeedleVocabulary? _vocabulary;
    private readonly ProseNeedleWords? _prose;

    private NeedleModel(LanguageModel language, string name, NeedleProfiles profiles, string words)
    {
        (Language, Name, Profiles) = (language, name, profiles);
        if (File.Exists(words))
        {
            _vocabulary = NeedleVocabulary.Load(words, language.Tokenizer);
        }
        else
        {
            _prose = new ProseNeedleWords(language.Tokenizer);
        }
    }

    public LanguageModel Language { get; }

    public string Name { get; }

    public NeedleProfiles Profiles { get; }

    /// <summary>Opens the embedded model, or another one: a model with a words.json is asked in its own words, any other in English.</summary>
    /// <param name="path">A GGUF file or a folder; null for the embedded model.</param>
    /// <param name="profiles">The folder with what was measured of the model; null for the model's own folder.</param>
    public static NeedleModel Open(string? path, string? profiles = null)
    {
        NeedleProfiles measured = NeedleProfiles.Of(path, profiles);
        path ??= EmbeddedModel.Folder;
        LanguageModel language = LanguageModel.Load(path);
        try
        {
            return new NeedleModel(language, NameOf(path), measured, Path.Combine(path, "words.json"));
        }
        catch (Exception problem)
        {
            language.Dispose();
            if (problem is ArgumentException)
            {
                throw new WrongArgumentException($"--model: '{path}' has no words.json, and its tokenizer does not read English: {problem.Message}", problem);
            }

            throw;
        }
    }

    /// <summary>The name of a model in reports: its folder's, or its file's without the extension.</summary>
    public static string NameOf(string path)
    {
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
        return Directory.Exists(path) ? name : Path.GetFileNameWithoutExtension(name);
    }

    /// <summary>The texts of a length.</summary>
    /// <exception cref="WrongArgumentException">They cannot have that length.</exception>
    public INeedleTask Task(int length, int facts, int questions)
    {
        long least = _vocabulary is not null
            ? NeedleTask.LeastLength(_vocabulary, facts, questions)
            : ProseNeedleTask.LeastLength(_prose!, facts, questions);
        return length >= least && length <= Language.Shape.Context
            ? _vocabulary is not null ? new NeedleTask(_vocabulary, length, facts, questions) : new ProseNeedleTask(_prose!, length, facts, questions)
            : throw new WrongArgumentException($"--length is {length}, expected {least} to the model's context of {Language.Shape.Context}");
    }

    public void Dispose() => Language.Dispose();
}
