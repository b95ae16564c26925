import type { Words } from './words.ts'

export const ja: Words = {
  levels: { informational: '情報', low: '低', medium: '中', high: '高', critical: '緊急' },
  labels: {
    host: 'ホスト',
    group: 'グループ',
    level: '重大度',
    time: '時刻',
    type: '種類',
    families: 'ファミリー',
    attack: 'ATT&CK',
    rule: 'ルール',
    open: 'Davylamp で開く',
  },
  severalHosts: '複数のホスト',
  more: 'ほか {count} 件',
  footer: 'この通知は Davylamp の通知ルールに従って送信されました。',
  reasons: {
    alert: {
      subject: '{level}：{title} – {host}',
      sentence: 'Davylamp が {host} で次の問題を検出しました。',
      advice: 'アラートを開き、理由を確認して対処してください。',
    },
    'alert-gone': {
      subject: '検出されなくなりました：{title} – {host}',
      sentence: '{host} の最新のスキャンでは検出されませんでした。',
      advice: '誰も除去していない場合は、場所を変えた可能性があるためホストを確認してください。',
    },
    'clean-done': {
      subject: '除去と確認が完了：{host}',
      sentence: '{host} の駆除が完了し、再確認で残存物は見つかりませんでした。',
      advice: '侵入経路を塞ぎ、後日の再確認の結果に注意してください。',
    },
    'clean-left': {
      subject: '除去しきれていません：{host}',
      sentence: '{host} の駆除は終了しましたが、残存物があるか、除去を確認できませんでした。',
      advice: '実行記録を開いてください。失敗した手順と対処が記載されています。',
    },
    'approval-wanted': {
      subject: '承認待ち：{title}',
      sentence: '{host} への操作が、別の担当者の承認を待っています。',
      advice: '計画を読み、承認または却下してください。',
    },
    'order-refused': {
      subject: '{host} が操作を拒否しました',
      sentence: '{host} は操作を実行しませんでした。',
      advice: '理由を確認してください。最終的に決めるのはホストのローカルポリシーです。',
    },
    'agent-offline': {
      subject: 'エージェントがオフライン：{host}',
      sentence: '{host} から応答がなく、現在監視されていません。',
      advice: 'ホストとネットワークを確認し、ホスト上で davylamp agent status を実行してください。',
    },
    'agents-offline': {
      subject: '多数のエージェントがオフライン：{title}',
      sentence: '多数のエージェントが同時に応答しなくなりました。個々のホストではなくネットワークの問題と思われます。',
      advice: 'これらのホストとセンターの間のネットワークを確認してください。',
    },
    'agent-back': {
      subject: 'エージェントが復帰：{host}',
      sentence: '{host} が再び接続しました。',
      advice: '対応は不要です。',
    },
    'agent-tampered': {
      subject: 'エージェントが改変されました：{host}',
      sentence: '{host} のエージェントのファイル、ユニット、プロセス、または時計が外部から変更されました。',
      advice: '心当たりがなければ攻撃を受けたものとみなし、スキャンしてから駆除してください。',
    },
    digest: {
      subject: 'Davylamp からの通知 {count} 件',
      sentence: '{count} 件の通知をまとめてお知らせします。',
      advice: 'アラート一覧を開き、重大なものから対処してください。',
    },
    escalation: {
      subject: '未対処：{level}：{title} – {host}',
      sentence: '{host} のこのアラートは、まだ誰も対処していません。',
      advice: 'アラートを開いて対処するか、担当者を割り当ててください。',
    },
    test: {
      subject: 'Davylamp のテスト通知',
      sentence: 'この通知先は正常に動作しています。',
      advice: '対応は不要です。',
    },
  },
  onHost: {
    confirmed:
      'そのホストで「davylamp plan」を実行して除去内容を確認し、「davylamp clean」で除去と確認を行ってください。',
    suspected:
      'そのホストで「davylamp plan --include suspected」で内容を確認し、不要なものであれば「davylamp clean --include suspected」で除去してください。',
    exposure: 'そのホストで「davylamp scan」を実行すると、どの入口が開いているかと塞ぎ方が表示されます。',
  },
}
