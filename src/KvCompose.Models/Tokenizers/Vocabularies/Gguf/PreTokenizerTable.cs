namespace KvCompose.Models.Tokenizers.Vocabularies.Gguf;

/// <summary>What a name of tokenizer.ggml.pre switches.</summary>
[Flags]
internal enum PreFlags
{
    None = 0,

    /// <summary>A piece that is a token is taken whole.</summary>
    IgnoreMerges = 1,

    /// <summary>A token for the beginning is put before a text, unless the file says otherwise.</summary>
    AddBos = 2,

    /// <summary>Decoding leaves the spaces before punctuation.</summary>
    KeepSpaces = 4,

    /// <summary>Text is not mapped to the byte alphabet.</summary>
    Raw = 8,

    /// <summary>Spaces become U+2581.</summary>
    EscapeSpaces = 16,
}

/// <summary>How the texts of a byte-level GGUF vocabulary are cut.</summary>
/// <param name="Names">Names of tokenizer.ggml.pre.</param>
/// <param name="Patterns">One after the other, each cuts the pieces of the one before; matches and gaps both stay.</param>
/// <param name="Flags">What else the name switches.</param>
internal sealed record PreRules(string[] Names, string[] Patterns, PreFlags Flags = PreFlags.None)
{
    public bool Has(PreFlags flag) => (Flags & flag) != 0;
}

/// <summary>The rules by name. The patterns are those that llama.cpp uses.</summary>
internal static class PreTokenizerTable
{
    /// <summary>Not a pattern: runs of numbers are cut in threes, from the right.</summary>
    public const string ThreesFromTheRight = "\\p{AFMoE_digits}";

    public const string Contractions = "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])";

    private const string Gpt2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)";
    private const string Numbers = "\\p{N}+";
    private const string ThreeDigits = "[0-9][0-9][0-9]";
    private const string Thousands = "\\p{N}{1,3}";
    private const string Llama3 = Contractions + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    private const string LineBreak = "[\r\n]";
    private const string ChineseKorean = "[\u4E00-\u9FA5\u0800-\u4E00\uAC00-\uD7FF]+";
    private const string Number = "\\p{N}";
    private const string ChineseJapanese = "[\u4E00-\u9FA5\u3040-\u309F\u30A0-\u30FF]+";
    private const string Lines = "[^\\n]+|[\\n]+";
    private const string Qwen2 = Contractions + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    private const string Bloom = " ?[^(\\s|.,!?\u2026\u3002\uFF0C\u3001\u0964\u06D4\u060C)]+";

    private static readonly PreRules[] s_rules =
    [
        new(["default"],
            ["[\\p{P}\\$\\+<=>\\^~\\|]+", Gpt2, Numbers, ThreeDigits]),
        new(["minicpm5"],
            [Thousands, Contractions + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}+| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"], PreFlags.IgnoreMerges),
        new(["llama3", "llama-v3", "llama-bpe", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2", "jina-v5-nano"],
            [Llama3], PreFlags.AddBos | PreFlags.IgnoreMerges),
        new(["deepseek-llm"],
            [LineBreak, "\\s?[A-Za-z\u00B5\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u01BA\u01BC-\u01BF\u01C4-\u0293\u0295-\u02AF\u0370-\u0373\u0376\u0377\u037B-\u037D\u037F\u0386\u0388-\u038A\u038C\u038E-\u03A1\u03A3-\u03F5\u03F7-\u0481\u048A-\u052F\u0531-\u0556\u10A0-\u10C5\u13A0-\u13F5\u13F8-\u13FD\u1C90-\u1CBA\u1CBD-\u1CBF\u1D00-\u1D2B\u1D6B-\u1D77\u1D79-\u1D9A\u1E00-\u1F15\u1F18-\u1F1D\u1F20-\u1F45\u1F48-\u1F4D\u1F50-\u1F57\u1F59\u1F5B\u1F5D\u1F5F-\u1F7D\u1F80-\u1FB4\u1FB6-\u1FBC\u1FBE\u1FC2-\u1FC4\u1FC6-\u1FCC\u1FD0-\u1FD3\u1FD6-\u1FDB\u1FE0-\u1FEC\u1FF2-\u1FF4\u1FF6-\u1FFC\u2102\u2107\u210A-\u2113\u2115\u2119-\u211D\u2124\u2126\u2128\u212A-\u212D\u212F-\u2134\u2139\u213C-\u213F\u2145-\u2149\u214E\u2183\u2184\u2C00-\u2C7B\u2C7E-\u2CE4\u2CEB-\u2CEE\u2CF2\u2CF3\uA640-\uA66D\uA680-\uA69B\uA722-\uA76F\uA771-\uA787\uA78B-\uA78E\uAB70-\uABBF\uFB00-\uFB06\uFB13-\uFB17\uFF21-\uFF3A\uFF41-\uFF5A\U00010400-\U0001044F\U000104B0-\U000104D3\U000104D8-\U000104FB\U00010C80-\U00010CB2\U00010CC0-\U00010CF2\U000118A0-\U000118DF\U0001E900-\U0001E943]+", "\\s?[!-/:-~\uFF01-\uFF0F\uFF1A-\uFF5E\u2018-\u201F\u3000-\u3002]+", "\\s+$", ChineseKorean, Numbers], PreFlags.KeepSpaces),
        new(["deepseek-coder"],
            [LineBreak, "\\s?\\p{L}+", "\\s?\\p{P}+", ChineseKorean, Number], PreFlags.KeepSpaces),
        new(["deepseek-v3", "hunyuan-dense", "hy_v4", "joyai-llm"],
            [Thousands, ChineseJapanese, "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\r\n]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+"], PreFlags.KeepSpaces),
        new(["spark2_5"],
            [Thousands, ChineseJapanese, "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+|[\r\n]|\\s+(?!\\S)|\\s+", Number], PreFlags.KeepSpaces),
        new(["youtu"],
            ["[\uAC00-\uD7A3\u3131-\u318E]+|[\uFF01\u2026\u201C\u201D\u2018\u2019\u2014\uFF1A\uFF1B\uFF0C\u3001-\u303F\uFE30-\uFE4F]+|[\u3105-\u312F]+|[\u4E00-\u9FA5\u3040-\u309F\u30A0-\u30FF]+", "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+" + Contractions + "?|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*" + Contractions + "?|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"], PreFlags.KeepSpaces | PreFlags.IgnoreMerges),
        new(["falcon"],
            ["[\\p{P}\\$\\+<=>\\^~\\|`]+", Gpt2, ThreeDigits]),
        new(["mpt", "gpt-2", "phi-2", "jina-es", "jina-de", "gigachat", "jina-v2-es", "jina-v2-de", "a.x-4.0", "mellum", "modern-bert", "olmo", "jais", "exaone4"],
            [Gpt2]),
        new(["starcoder", "refact", "codeshell", "exaone", "minerva-7b", "mellum2"],
            [Number, Gpt2]),
        new(["jais-2"],
            [Contractions + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s{512}(?!\\S)|\\s{256}(?!\\S)|\\s{128}(?!\\S)|\\s{64}(?!\\S)|\\s{32}(?!\\S)|\\s{16}(?!\\S)|\\s{8}(?!\\S)|\\s{4}(?!\\S)|\\s{1,2}(?!\\S)|\\s{1}"]),
        new(["gemma4", "granite-embed-multi-311m"],
            [Lines], PreFlags.Raw | PreFlags.EscapeSpaces),
        new(["sarvam-moe"],
            [Lines], PreFlags.Raw | PreFlags.KeepSpaces | PreFlags.EscapeSpaces),
        new(["jina-v1-en", "jina-v2-code", "roberta-bpe"],
            [Gpt2]),
        new(["whitespace"],
            ["\\S+"], PreFlags.Raw),
        new(["command-r", "smollm"],
            [Number, Gpt2], PreFlags.KeepSpaces),
        new(["qwen2", "deepseek-r1-qwen", "kormo", "f2llmv2", "hunyuan", "grok-2", "solar-open"],
            [Qwen2], PreFlags.KeepSpaces),
        new(["qwen35"],
            [Contractions + "|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"], PreFlags.KeepSpaces),
        new(["stablelm2", "megrez"],
            [Qwen2]),
        new(["dbrx", "smaug-bpe", "chatglm-bpe"],
            [Llama3]),
        new(["poro-chat"],
            [Bloom], PreFlags.KeepSpaces),
        new(["glm4", "glm5"],
            [Llama3], PreFlags.IgnoreMerges),
        new(["viking"],
            [Bloom, Number], PreFlags.KeepSpaces),
        new(["tekken"],
            ["[^\\r\\n\\p{L}\\p{N}]?((?=[\\p{L}])([^a-z]))*((?=[\\p{L}])([^A-Z]))+|[^\\r\\n\\p{L}\\p{N}]?((?=[\\p{L}])([^a-z]))+((?=[\\p{L}])([^A-Z]))*|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"], PreFlags.AddBos | PreFlags.KeepSpaces | PreFlags.IgnoreMerges),
        new(["bloom", "gpt3-finnish"],
            [Bloom]),
        new(["exaone-moe"],
            [Contractions + "|[^\\r\\n\\p{L}\\p{N}]?(?:\\p{L}\\p{M}*(?: \\p{L}\\p{M}*)*)+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]?|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+"]),
        new(["chameleon"],
            ["<sentinel:[0-9]+>", "(IMGIMG)((A|B|C|D|E|F|G|H|I){1,4})Z", "([\\t\\n]|    |  )", Number, "[\\p{P}!-/:-@\\[-`{-~]", Gpt2], PreFlags.AddBos | PreFlags.KeepSpaces),
        new(["gpt-4o", "llama4", "kanana2", "talkie", "minimax-m2"],
            ["[^\\r\\n\\p{L}\\p{N}]?((?=[\\p{L}])([^a-z]))*((?=[\\p{L}])([^A-Z]))+" + Contractions + "?|[^\\r\\n\\p{L}\\p{N}]?((?=[\\p{L}])([^a-z]))+((?=[\\p{L}])([^A-Z]))*" + Contractions + "?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"], PreFlags.KeepSpaces),
        new(["granite-embed-multi-97m"],
            ["[^\\r\\n\\p{L}\\p{N}]?((?=[\\p{L}\\p{M}])([^a-z]))*((?=[\\p{L}\\p{M}])([^A-Z]))+" + Contractions + "?|[^\\r\\n\\p{L}\\p{N}]?((?=[\\p{L}\\p{M}])([^a-z]))+((?=[\\p{L}\\p{M}])([^A-Z]))*" + Contractions + "?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"], PreFlags.KeepSpaces | PreFlags.IgnoreMerges),
        new(["tiny_aya", "cohere2moe"],
            ["\\d{1,3}(?=(?:\\d{3})*\\b)", "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+" + Contractions + "?|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*" + Contractions + "?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"], PreFlags.KeepSpaces),
        new(["superbpe"],
            [Numbers, "(?=(\\d{3})+(?!\\d))"], PreFlags.KeepSpaces),
        new(["trillion", "granite-docling"],
            [Gpt2], PreFlags.KeepSpaces),
        new(["bailingmoe", "bailingmoe2", "llada-moe"],
            ["'(?:[sSdDmMtT]|[lL][lL]|[vV][eE]|[rR][eE])|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+"], PreFlags.KeepSpaces),
        new(["seed-coder"],
            [Contractions + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1}| ?[^\\s\\p{L}\\p{N}\\r\\n]+|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"], PreFlags.KeepSpaces),
        new(["kimi-k2"],
            ["\\p{Han}+"], PreFlags.KeepSpaces),
        new(["ufakzeka"],
            ["[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"], PreFlags.KeepSpaces),
        new(["afmoe"],
            [ThreesFromTheRight, "[\u4E00-\u9FFF\u3400-\u4DBF\u8C48-\uFAFF\u3040-\u309F\u30A0-\u30FF\uFF65-\uFF9F\u2F00-\u2FDF\u0E40-\u0E7F\u0E80-\u0EFF\u1780-\u17FF\u1000-\u109F\uAA60-\uAA7F\uA9E0-\uA9FF\uAC00-\uD7AF\u1100-\u11FF]+", "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"], PreFlags.KeepSpaces),
        new(["laguna"],
            [Lines, Qwen2], PreFlags.KeepSpaces),
    ];

    private static readonly Dictionary<string, PreRules> s_byName =
        s_rules.SelectMany(rules => rules.Names, (rules, name) => (rules, name)).ToDictionary(pair => pair.name, pair => pair.rules);

    /// <summary>The rules of a name, or null.</summary>
    public static PreRules? Find(string name) => s_byName.GetValueOrDefault(name);
}
